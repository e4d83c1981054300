-- name: add_unit
INSERT INTO units (id, run, service, part, node, scope, item, span, estimate, phase, depth, parent, state, reason, queue)
VALUES (:id, :run, :service, :part, :node, :scope, :item, :span, :estimate, :phase, :depth, :parent, :state, :reason,
  :queue)
ON CONFLICT (id) DO NOTHING;

-- name: add_failed_unit
INSERT INTO units (id, run, service, part, node, scope, span, estimate, phase, depth, parent, state, reason, failed,
  complete)
VALUES (:id, :run, :service, :part, :node, :scope, :span, :estimate, :phase, :depth, :parent, :state, :reason, 1, 0)
ON CONFLICT (id) DO NOTHING;

-- name: release_held
UPDATE units SET state = 'ready' WHERE run = :run AND state = 'held' RETURNING id;

-- name: free_slot_of
UPDATE slots SET unit = NULL WHERE service = (SELECT service FROM units WHERE id = :unit) AND unit = :unit;

-- name: poison_of
SELECT node, listing, key FROM poison WHERE unit = :unit AND hits > 1;

-- name: renew
UPDATE units SET lease_until = {now} + :lease, progress = :progress
WHERE id = :unit AND fence = :fence AND state = 'running'
RETURNING (SELECT r.paused FROM runs r WHERE r.id = CAST(units.run AS TEXT)) AS paused;

-- name: touch
UPDATE units SET touched = :touched WHERE id = :unit AND fence = :fence AND state = 'running' RETURNING id;

-- name: flushing
UPDATE units SET state = 'flushing', shard = :shard, epoch = :epoch, position = :position, worker = NULL,
  lease_until = NULL, seconds = seconds + ({now} - claimed_at)
WHERE id = :unit AND fence = :fence AND state = 'running'
RETURNING id;

-- name: standing
SELECT state, fence, committed_seq FROM units WHERE id = :unit;
