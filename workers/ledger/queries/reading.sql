-- name: sum_counts
SELECT type, sum(listed) AS listed, sum(emitted) AS emitted, sum(unchanged) AS unchanged, sum(filtered) AS filtered,
  sum(failed) AS failed, sum(gone) AS gone
FROM counts WHERE run = :run GROUP BY type ORDER BY type;

-- name: sum_filtered
SELECT type, rule, sum(n) AS n FROM filtered WHERE run = :run GROUP BY type, rule ORDER BY type, rule;

-- name: sum_tallies
SELECT sum(known), sum(finished), sum(entities), sum(failures), sum(statements), max(peak_rss) FROM tallies
WHERE run = :run;

-- name: open_states
SELECT state, count(*) AS n FROM units
WHERE run = :run AND state IN ('running', 'flushing', 'waiting', 'delayed')
GROUP BY state;

-- name: in_hands
SELECT scope, span, node, phase FROM units WHERE run = :run AND state IN ('running', 'flushing', 'waiting', 'delayed') AND state = 'running' LIMIT 32;

-- name: units_page
SELECT n, id, part, node, scope, span, phase, depth, parent, state, seconds, objects, statements, attempts, crashes,
  reason, progress, fingerprint, complete
FROM units WHERE run = :run AND n > :after ORDER BY n LIMIT 1000;

-- name: slowest_units
SELECT n, id, part, node, scope, span, phase, depth, parent, state, seconds, objects, statements, attempts, crashes,
  reason, progress, fingerprint, complete
FROM units WHERE run = :run ORDER BY seconds DESC, n LIMIT :limit;

-- name: sum_parts
SELECT part, count(*) AS units, sum(CASE WHEN state IN ('done', 'failed', 'cancelled') THEN 1 ELSE 0 END) AS ended,
  sum(CASE WHEN complete = 0 THEN 1 ELSE 0 END) AS incomplete, sum(objects) AS objects, sum(statements) AS statements
FROM units WHERE run = :run GROUP BY part ORDER BY min(n);

-- name: failures_page
SELECT o.n, o.kind, o.type, o.fqn, o.key, o.reason, o.message, o.attempts, o.node, o.scope, o.unit,
  coalesce(u.part, 'metadata') AS part
FROM outcomes o LEFT JOIN units u ON u.id = o.unit
WHERE o.run = :run AND o.kind = :kind AND o.n > :after ORDER BY o.n LIMIT 1000;

-- name: count_outcomes
SELECT count(*) FROM outcomes WHERE run = :run AND kind = :kind;

-- name: coverage_errors
SELECT unit, part, node, scope, after, until, error, reason FROM coverage WHERE run = :run AND error IS NOT NULL ORDER BY n;

-- name: incomplete_units
SELECT id, part, node, scope, span, estimate, reason, state, item FROM units
WHERE run = :run AND complete = 0 ORDER BY n;

-- name: start_of
SELECT part, node, scope, item, span, estimate FROM units WHERE id = :unit;

-- name: next_due
SELECT min(CASE WHEN state = 'running' THEN lease_until ELSE due_at END) - {now} FROM units
WHERE run = :run AND state IN ('running', 'flushing', 'waiting', 'delayed') AND state IN ('running', 'delayed');

-- name: meters
SELECT sum(expired) AS expired, sum(fenced) AS fenced, sum(crashes) AS crashes FROM tallies
WHERE run = :run;

-- name: all_meters
SELECT sum(expired) AS expired, sum(fenced) AS fenced, sum(crashes) AS crashes FROM tallies;

-- name: unfinished_units
SELECT sum(known) - sum(finished) AS n FROM tallies
WHERE run = (SELECT id FROM runs WHERE id = :run AND state IN ('running', 'confirming'));

-- name: trouble
SELECT progress AS told FROM units WHERE run = :run AND state = 'running' AND progress <> ''
UNION ALL
SELECT 'tried again later: ' || reason FROM units WHERE run = :run AND state = 'delayed' AND reason <> ''
LIMIT 1;
