-- A claim in four statements: its transaction is the only one that writes.

-- name: free_slot
SELECT s.service, s.n FROM slots s
WHERE s.unit IS NULL AND EXISTS (SELECT 1 FROM units u WHERE u.run = (SELECT r.id FROM runs r WHERE r.service = s.service AND r.state IN ('running', 'confirming'))
    AND u.state = 'ready')
  AND EXISTS (SELECT 1 FROM runs r WHERE r.service = s.service AND r.state IN ('running', 'confirming')
    AND r.via = 'cluster')
LIMIT 1;

-- name: free_slot_of_run
SELECT s.service, s.n FROM slots s
WHERE s.service = (SELECT r.service FROM runs r WHERE r.id = :run AND r.state IN ('running', 'confirming'))
  AND s.unit IS NULL
LIMIT 1;

-- name: first_ready
SELECT id, run, service, node, scope, item, span, estimate, phase, depth, parent, cursor, attempts, crashes
FROM units WHERE state = 'ready' AND run = (SELECT r.id FROM runs r WHERE r.service = :service AND r.state IN ('running', 'confirming'))
ORDER BY depth DESC, n LIMIT 1;

-- name: claim
UPDATE units SET state = 'running', fence = :fence, committed_seq = 0, worker = :worker, touched = NULL,
  claimed_at = {now}, lease_until = {now} + :lease
WHERE id = :unit;

-- name: take_slot
UPDATE slots SET unit = :unit WHERE service = :service AND n = :n;

-- name: any_ready
SELECT 1 FROM units WHERE state = 'ready' LIMIT 1;
