-- name: held
SELECT id, run, part, state, committed_seq, crashes, touched, claimed_at, outstanding, parent, depth, failed, post, phase,
  {now} - claimed_at AS spent
FROM units WHERE id = :unit AND fence = :fence AND state IN ('running', 'flushing') {lock};

-- name: unfinished
SELECT id, state, {now} - claimed_at AS spent FROM units
WHERE id = :unit AND fence = :fence AND state IN ('running', 'flushing', 'ready', 'delayed') {lock};

-- name: held_by_worker
SELECT id, run, state, committed_seq, crashes, touched, claimed_at, outstanding, parent, depth, failed, post, phase,
  {now} - claimed_at AS spent
FROM units WHERE worker = :worker AND state = 'running' ORDER BY id {lock};

-- name: any_overdue
SELECT 1 FROM units WHERE state = 'running' AND lease_until <= {now} LIMIT 1;

-- name: overdue
SELECT id, fence, lease_until FROM units WHERE state = 'running' AND lease_until <= {now} {skip_locked};

-- name: still_overdue
SELECT id, run, state, committed_seq, crashes, touched, claimed_at, outstanding, parent, depth, failed, post, phase,
  {now} - claimed_at AS spent
FROM units WHERE id = :unit AND fence = :fence AND state = 'running' AND lease_until = :until {skip_locked};

-- name: any_due
SELECT 1 FROM units WHERE state = 'delayed' AND due_at <= {now} LIMIT 1;

-- name: ready_due
UPDATE units SET state = 'ready', due_at = NULL WHERE state = 'delayed' AND due_at <= {now};

-- name: give_back
UPDATE units SET state = 'ready', worker = NULL, lease_until = NULL, crashes = :crashes, reason = :reason,
  touched = NULL, seconds = seconds + :spent,
  queue = CASE WHEN :memory = 1 AND reason LIKE '%out of memory%' THEN 'large' ELSE queue END
WHERE id = :unit;

-- name: give_back_delayed
UPDATE units SET state = 'delayed', due_at = {now} + :delay, worker = NULL, lease_until = NULL, reason = :reason,
  attempts = CASE WHEN committed_seq > 0 THEN 1 ELSE attempts + 1 END, seconds = seconds + :spent,
  queue = CASE WHEN :memory = 1 AND reason LIKE '%out of memory%' THEN 'large' ELSE queue END
WHERE id = :unit;

-- name: fail
UPDATE units SET failed = 1, complete = 0, reason = :reason, worker = NULL, lease_until = NULL, state = 'waiting',
  seconds = seconds + :spent
WHERE id = :unit
RETURNING id, run, parent, depth, state, outstanding, failed, post, phase;

-- name: waiting_of_part
SELECT id FROM units WHERE run = :run AND part = :part AND state IN ('ready', 'delayed') ORDER BY id LIMIT 500 {lock};

-- name: add_poison
INSERT INTO poison (unit, node, listing, key) VALUES (:unit, :node, :listing, :key)
ON CONFLICT (unit, node, listing, key) DO UPDATE SET hits = poison.hits + 1;

-- name: count_poison
SELECT count(*) FROM poison WHERE unit = :unit;

-- name: flushing_of_epoch
SELECT id, position FROM units WHERE state = 'flushing' AND epoch = :epoch ORDER BY id {lock};

-- name: flushing_of_shard
SELECT id, position FROM units WHERE state = 'flushing' AND epoch = :epoch AND shard = :shard ORDER BY id {lock};

-- name: back_from_flushing
UPDATE units SET state = 'ready', lost = lost + :counts WHERE id = :unit AND state = 'flushing' RETURNING id, lost;

-- SQLite uses a partial index only when its condition is there to the letter

-- name: workers_of
SELECT DISTINCT worker FROM units WHERE run = :run AND state IN ('running', 'flushing', 'waiting', 'delayed') AND state = 'running' AND worker IS NOT NULL;

-- name: epochs_of
SELECT DISTINCT epoch FROM units WHERE run = :run AND state IN ('running', 'flushing', 'waiting', 'delayed') AND state = 'flushing' AND epoch IS NOT NULL;
