-- A claim in one statement; rows that another claim holds are passed over.

-- name: claim_any
WITH slot AS MATERIALIZED (
  SELECT s.service, s.n FROM slots s
  WHERE s.unit IS NULL AND EXISTS (SELECT 1 FROM units u WHERE u.run = (SELECT r.id FROM runs r WHERE r.service = s.service AND r.state IN ('running', 'confirming'))
    AND u.state = 'ready')
    AND EXISTS (SELECT 1 FROM runs r WHERE r.service = s.service AND r.state IN ('running', 'confirming')
      AND r.via = 'cluster')
  LIMIT 1 FOR UPDATE SKIP LOCKED
), pick AS MATERIALIZED (
  SELECT id FROM units
  WHERE run = (SELECT r.id FROM runs r, slot WHERE r.service = slot.service AND r.state IN ('running', 'confirming'))
    AND state = 'ready'
  ORDER BY depth DESC, n LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
  UPDATE slots SET unit = pick.id FROM slot, pick WHERE slots.service = slot.service AND slots.n = slot.n
)
UPDATE units SET state = 'running', fence = :fence, committed_seq = 0, worker = :worker, touched = NULL,
  claimed_at = {now}, lease_until = {now} + :lease
FROM pick WHERE units.id = pick.id
RETURNING units.id, run, service, node, scope, item, span, estimate, phase, depth, parent, cursor, attempts, crashes;

-- name: claim_of_run
WITH slot AS MATERIALIZED (
  SELECT s.service, s.n FROM slots s
  WHERE s.unit IS NULL
    AND s.service = (SELECT r.service FROM runs r WHERE r.id = :run AND r.state IN ('running', 'confirming'))
  LIMIT 1 FOR UPDATE SKIP LOCKED
), pick AS MATERIALIZED (
  SELECT id FROM units
  WHERE run = (SELECT r.id FROM runs r, slot WHERE r.service = slot.service AND r.state IN ('running', 'confirming'))
    AND state = 'ready'
  ORDER BY depth DESC, n LIMIT 1 FOR UPDATE SKIP LOCKED
), taken AS (
  UPDATE slots SET unit = pick.id FROM slot, pick WHERE slots.service = slot.service AND slots.n = slot.n
)
UPDATE units SET state = 'running', fence = :fence, committed_seq = 0, worker = :worker, touched = NULL,
  claimed_at = {now}, lease_until = {now} + :lease
FROM pick WHERE units.id = pick.id
RETURNING units.id, run, service, node, scope, item, span, estimate, phase, depth, parent, cursor, attempts, crashes;
