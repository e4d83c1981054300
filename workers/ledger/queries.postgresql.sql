-- What happens to every unit takes one statement here, since each one is a round trip. A worker's statements wait for
-- no disk: a power cut may undo them without harm.

-- name: claim
WITH lane AS MATERIALIZED (
  SELECT q.queue, q.queue IS DISTINCT FROM CAST(:queue AS text) AS other
  FROM (VALUES ('small'), ('large')) AS q (queue)
  WHERE q.queue = 'small' OR CAST(:queue AS text) IS DISTINCT FROM 'small' OR NOT EXISTS (
    SELECT 1 FROM processes p WHERE p.kind = 'worker' AND p.queue = 'large' AND p.seen_at > {now} - 60)
), candidate AS MATERIALIZED (
  SELECT r.id AS run, r.service, r.via = 'cluster' AS breaks,
    v.pace IS NOT NULL OR (v.failing >= 5 AND r.via = 'cluster') AS gated,
    (SELECT count(*) FROM slots s WHERE s.service = r.service AND s.unit IS NOT NULL) AS used, random() AS dice
  FROM runs r JOIN services v ON v.service = r.service
  WHERE r.state IN ('running', 'confirming') AND r.paused = 0
    AND (r.id = CAST(:run AS text) OR (CAST(:run AS text) IS NULL AND r.via = 'cluster'))
    AND (v.next_at IS NULL OR v.next_at <= {now})
    AND (v.open_until IS NULL OR v.open_until <= {now} OR r.via <> 'cluster')
    AND EXISTS (SELECT 1 FROM slots s WHERE s.service = r.service AND s.unit IS NULL)
), front AS MATERIALIZED (
  SELECT c.*, l.queue, l.other, u.depth, u.n AS first
  FROM candidate c CROSS JOIN lane l CROSS JOIN LATERAL (
    SELECT depth, n FROM units WHERE run = c.run AND queue = l.queue AND state = 'ready'
    ORDER BY depth DESC, n LIMIT 1) u
), slot AS MATERIALIZED (
  SELECT s.service, s.n, f.run, f.queue, f.gated, f.breaks
  FROM front f JOIN slots s ON s.service = f.service
  WHERE s.unit IS NULL
  ORDER BY f.used, f.dice, f.other, f.depth DESC, f.first LIMIT 1 FOR UPDATE OF s SKIP LOCKED
), pick AS MATERIALIZED (
  SELECT id FROM units
  WHERE run = (SELECT run FROM slot) AND queue = (SELECT queue FROM slot) AND state = 'ready'
  ORDER BY depth DESC, n LIMIT 1 FOR UPDATE SKIP LOCKED
), gate AS (
  UPDATE services v SET
    next_at = CASE WHEN v.pace IS NULL THEN v.next_at
      ELSE greatest(coalesce(v.next_at, 0), {now} - greatest(v.pace, 1)) + v.pace END,
    open_until = CASE WHEN v.failing >= 5 THEN {now} + 60 ELSE v.open_until END
  FROM slot, pick
  WHERE slot.gated AND v.service = slot.service AND (v.next_at IS NULL OR v.next_at <= {now})
    AND (v.open_until IS NULL OR v.open_until <= {now} OR NOT slot.breaks)
  RETURNING v.service
), taken AS (
  UPDATE slots SET unit = pick.id FROM slot, pick
  WHERE slots.service = slot.service AND slots.n = slot.n AND (NOT slot.gated OR EXISTS (SELECT 1 FROM gate))
)
UPDATE units SET state = 'running', fence = :fence, committed_seq = 0, worker = :worker, touched = NULL,
  claimed_at = {now}, lease_until = {clock} + :lease
FROM pick, slot
WHERE units.id = pick.id AND (NOT slot.gated OR EXISTS (SELECT 1 FROM gate))
RETURNING units.id, units.run, units.service, part, node, scope, item, span, estimate, phase, depth, parent, cursor,
  attempts, crashes, set_config('synchronous_commit', 'off', true);

-- name: renew
UPDATE units SET lease_until = {clock} + :lease, progress = :progress
WHERE id = :unit AND fence = :fence AND state = 'running'
RETURNING (SELECT r.paused FROM runs r WHERE r.id = units.run) AS paused, set_config('synchronous_commit', 'off', true);

-- name: touch
UPDATE units SET touched = :touched WHERE id = :unit AND fence = :fence AND state = 'running' RETURNING set_config('synchronous_commit', 'off', true);

-- name: flushing
-- waits for no lock: a flusher that has the row is storing the unit just now
WITH told AS (
  UPDATE units SET state = 'flushing', shard = :shard, epoch = :epoch, position = :position, worker = NULL,
    lease_until = NULL, seconds = seconds + ({now} - claimed_at)
  WHERE id = (SELECT id FROM units WHERE id = :unit AND fence = :fence AND state = 'running' FOR UPDATE SKIP LOCKED)
  RETURNING id, service, set_config('synchronous_commit', 'off', true)
), freed AS (
  UPDATE slots SET unit = NULL FROM told WHERE slots.service = told.service AND slots.unit = told.id
)
SELECT EXISTS (SELECT 1 FROM told) OR (fence = :fence AND state IN ('flushing', 'waiting', 'done')) AS ended,
  fence = :fence AND state = 'running' AND NOT EXISTS (SELECT 1 FROM told) AS locked
FROM units WHERE id = :unit;

-- name: guard_final
WITH ended AS (
  UPDATE units SET committed_seq = :seq, lost = 0, cursor = :cursor, objects = objects + :objects,
    statements = statements + :statements,
    state = CASE WHEN :waits = 1 OR outstanding > 0 OR (:post = 1 AND phase = 'walk') THEN 'waiting' ELSE 'done' END,
    complete = CASE WHEN phase = 'post' AND :complete = 1 THEN complete ELSE :complete END,
    reason = CASE WHEN phase = 'post' AND :complete = 1 THEN reason ELSE :reason END,
    post = CASE WHEN phase = 'post' THEN 0 ELSE :post END,
    fingerprint = CASE WHEN phase = 'post' THEN fingerprint ELSE :fingerprint END,
    batches = batches + :seq, worker = NULL, lease_until = NULL, due_at = NULL,
    seconds = seconds + CASE WHEN state = 'running' THEN {now} - claimed_at ELSE 0 END
  WHERE id = :unit AND fence = :fence AND committed_seq = :seq - 1
    AND state IN ('running', 'flushing', 'ready', 'delayed')
  RETURNING id, run, service, part, parent, depth, state, attempts
), freed AS (
  UPDATE slots SET unit = NULL FROM ended WHERE slots.service = ended.service AND slots.unit = ended.id
)
SELECT ended.*, (SELECT v.failing FROM services v WHERE v.service = ended.service) AS failing FROM ended;
