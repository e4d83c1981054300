-- A claim in a few statements: its transaction is the only one that writes.

-- name: next_unit
WITH lane AS MATERIALIZED (
  SELECT 'small' AS queue, :queue IS NOT 'small' AS other
  UNION ALL SELECT 'large', :queue IS NOT 'large'
  WHERE :queue IS NOT 'small' OR NOT EXISTS (
    SELECT 1 FROM processes p WHERE p.kind = 'worker' AND p.queue = 'large' AND p.seen_at > {now} - 60)
), candidate AS MATERIALIZED (
  SELECT r.id AS run, r.service, v.pace IS NOT NULL OR (v.failing >= 5 AND r.via = 'cluster') AS gated,
    (SELECT min(s.n) FROM slots s WHERE s.service = r.service AND s.unit IS NULL) AS slot,
    (SELECT count(*) FROM slots s WHERE s.service = r.service AND s.unit IS NOT NULL) AS used, random() AS dice
  FROM runs r JOIN services v ON v.service = r.service
  WHERE r.state IN ('running', 'confirming') AND r.paused = 0
    AND (r.id = :run OR (:run IS NULL AND r.via = 'cluster'))
    AND (v.next_at IS NULL OR v.next_at <= {now})
    AND (v.open_until IS NULL OR v.open_until <= {now} OR r.via <> 'cluster')
)
SELECT u.id, u.run, u.service, u.part, u.node, u.scope, u.item, u.span, u.estimate, u.phase, u.depth, u.parent, u.cursor,
  u.attempts, u.crashes, c.slot, c.gated
FROM candidate c CROSS JOIN lane l CROSS JOIN units u
WHERE c.slot IS NOT NULL AND u.n = (
  SELECT n FROM units WHERE run = c.run AND queue = l.queue AND state = 'ready' ORDER BY depth DESC, n LIMIT 1)
ORDER BY c.used, c.dice, l.other, u.depth DESC, u.n LIMIT 1;

-- name: claim
UPDATE units SET state = 'running', fence = :fence, committed_seq = 0, worker = :worker, touched = NULL,
  claimed_at = {now}, lease_until = {now} + :lease
WHERE id = :unit;

-- name: take_slot
UPDATE slots SET unit = :unit WHERE service = :service AND n = :n;

-- name: gate
UPDATE services SET
  next_at = CASE WHEN pace IS NULL THEN next_at ELSE max(coalesce(next_at, 0), {now} - max(pace, 1)) + pace END,
  open_until = CASE WHEN failing >= 5 THEN {now} + 60 ELSE open_until END
WHERE service = :service;
