-- name: any_open_unit
SELECT 1 FROM units WHERE run = :run AND state IN ('running', 'flushing', 'waiting', 'delayed')
UNION ALL SELECT 1 FROM units WHERE run = :run AND queue IN ('small', 'large') AND state = 'ready'
LIMIT 1;

-- name: add_suspect
INSERT INTO suspects (run, unit, type, fqn) VALUES (:run, :unit, :type, :fqn) ON CONFLICT DO NOTHING;

-- name: suspects
SELECT s.type, s.fqn FROM suspects s JOIN units u ON u.id = :unit
WHERE s.run = u.run AND s.unit = u.id ORDER BY s.type, s.fqn;
