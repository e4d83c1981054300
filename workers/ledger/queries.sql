-- runs -----------------------------------------------------------------------------------------------------------

-- name: add_run
INSERT INTO runs (id, service, service_type, state, recipe, parent, deletes, started_at, via, schedule, deadline_at,
  accept_identity)
VALUES (:id, :service, :service_type, 'running', :recipe, :parent, :deletes, {now}, :via, :schedule, {now} + :deadline,
  :accept_identity);

-- name: get_run
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at FROM runs
WHERE id = :run;

-- name: lock_run
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at FROM runs
WHERE id = :run {lock};

-- name: open_run
SELECT id FROM runs WHERE service = :service AND state IN ('running', 'confirming') {lock};

-- name: open_runs
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at FROM runs
WHERE state IN ('running', 'confirming') ORDER BY started_at, id;

-- name: recent_runs
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at FROM runs
ORDER BY started_at DESC, id DESC LIMIT :limit;

-- name: recent_runs_of
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at FROM runs
WHERE service = :service ORDER BY started_at DESC, id DESC LIMIT :limit;

-- name: set_run_state
UPDATE runs SET state = :state WHERE id = :run;

-- name: close_run
UPDATE runs SET state = :state, reason = :reason, ended_at = {now} WHERE id = :run;

-- name: cancel_units
UPDATE units SET state = 'cancelled', worker = NULL, lease_until = NULL, due_at = NULL
WHERE run = :run AND state NOT IN ('done', 'failed', 'cancelled');

-- name: free_slots_of_service
UPDATE slots SET unit = NULL WHERE service = :service AND unit IS NOT NULL;

-- name: drop_marks
DELETE FROM marks WHERE run = :run;

-- name: drop_suspects
DELETE FROM suspects WHERE run = :run;

-- name: drop_poison
DELETE FROM poison WHERE EXISTS (SELECT 1 FROM units WHERE units.id = poison.unit AND units.run = :run);

-- name: add_service
INSERT INTO services (service, type) VALUES (:service, :type)
ON CONFLICT (service) DO UPDATE SET type = excluded.type;

-- name: get_identity
SELECT identity FROM services WHERE service = :service {lock};

-- name: set_identity
UPDATE services SET identity = :identity, identified_at = {now} WHERE service = :service;

-- name: count_slots
SELECT count(*) FROM slots WHERE service = :service;

-- name: drop_slots
DELETE FROM slots WHERE service = :service;

-- name: add_slot
INSERT INTO slots (service, n) VALUES (:service, :n);

-- units: claims -------------------------------------------------------------------------------------------------

-- name: add_unit
INSERT INTO units (id, run, service, node, scope, item, span, estimate, phase, depth, parent, state, reason)
VALUES (:id, :run, :service, :node, :scope, :item, :span, :estimate, :phase, :depth, :parent, :state, :reason)
ON CONFLICT (id) DO NOTHING;

-- name: add_failed_unit
INSERT INTO units (id, run, service, node, scope, span, estimate, phase, depth, parent, state, reason, failed, complete)
VALUES (:id, :run, :service, :node, :scope, :span, :estimate, :phase, :depth, :parent, :state, :reason, 1, 0)
ON CONFLICT (id) DO NOTHING;

-- name: free_slot_of
UPDATE slots SET unit = NULL WHERE unit = :unit;

-- name: poison_of
SELECT node, listing, key FROM poison WHERE unit = :unit AND hits > 1;

-- name: renew
UPDATE units SET lease_until = {now} + :lease, progress = :progress
WHERE id = :unit AND fence = :fence AND state = 'running';

-- name: touch
UPDATE units SET touched = :touched WHERE id = :unit AND fence = :fence AND state = 'running';

-- name: flushing
UPDATE units SET state = 'flushing', shard = :shard, epoch = :epoch, position = :position, worker = NULL,
  lease_until = NULL, seconds = seconds + ({now} - claimed_at)
WHERE id = :unit AND fence = :fence AND state = 'running';

-- name: standing
SELECT state, fence, committed_seq FROM units WHERE id = :unit;

-- units: given back ---------------------------------------------------------------------------------------------

-- name: held
SELECT id, run, state, committed_seq, crashes, touched, claimed_at, outstanding, parent, depth, failed, post, phase,
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
SELECT 1 FROM units WHERE state = 'running' AND lease_until <= {now}
UNION ALL SELECT 1 FROM units WHERE state = 'delayed' AND due_at <= {now}
LIMIT 1;

-- name: overdue
SELECT id, run, state, committed_seq, crashes, touched, claimed_at, outstanding, parent, depth, failed, post, phase,
  {now} - claimed_at AS spent
FROM units WHERE state = 'running' AND lease_until <= {now} ORDER BY lease_until LIMIT 500 {skip_locked};

-- name: ready_due
UPDATE units SET state = 'ready', due_at = NULL WHERE state = 'delayed' AND due_at <= {now};

-- name: give_back
UPDATE units SET state = 'ready', worker = NULL, lease_until = NULL, crashes = :crashes, reason = :reason,
  touched = NULL, seconds = seconds + :spent
WHERE id = :unit;

-- name: give_back_delayed
UPDATE units SET state = 'delayed', due_at = {now} + :delay, worker = NULL, lease_until = NULL, reason = :reason,
  attempts = CASE WHEN committed_seq > 0 THEN 1 ELSE attempts + 1 END, seconds = seconds + :spent
WHERE id = :unit;

-- name: fail
UPDATE units SET failed = 1, complete = 0, reason = :reason, worker = NULL, lease_until = NULL, state = 'waiting',
  seconds = seconds + :spent
WHERE id = :unit
RETURNING id, run, parent, depth, state, outstanding, failed, post, phase;

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
UPDATE units SET state = 'ready' WHERE id = :unit AND state = 'flushing';

-- SQLite uses a partial index only when its condition is there to the letter

-- name: workers_of
SELECT DISTINCT worker FROM units WHERE run = :run AND state NOT IN ('done', 'failed', 'cancelled') AND state = 'running' AND worker IS NOT NULL;

-- name: epochs_of
SELECT DISTINCT epoch FROM units WHERE run = :run AND state NOT IN ('done', 'failed', 'cancelled') AND state = 'flushing' AND epoch IS NOT NULL;

-- commit --------------------------------------------------------------------------------------------------------

-- name: guard
UPDATE units SET committed_seq = :seq, cursor = :cursor, objects = objects + :objects,
  statements = statements + :statements
WHERE id = :unit AND fence = :fence AND committed_seq = :seq - 1
  AND state IN ('running', 'flushing', 'ready', 'delayed')
RETURNING service, depth, attempts, phase, state;

-- name: break_off
UPDATE units SET state = 'ready', fence = NULL, worker = NULL, lease_until = NULL, due_at = NULL
WHERE id = :unit AND fence = :fence AND state IN ('running', 'flushing', 'ready', 'delayed');

-- name: add_outstanding
UPDATE units SET outstanding = outstanding + :n WHERE id = :unit;

-- name: finish_walk
UPDATE units SET state = 'waiting', complete = :complete, reason = :reason, batches = batches + :batches, post = :post,
  fingerprint = :fingerprint, worker = NULL, lease_until = NULL, due_at = NULL,
  seconds = seconds + CASE WHEN state = 'running' THEN {now} - claimed_at ELSE 0 END
WHERE id = :unit
RETURNING id, run, parent, depth, state, outstanding, failed, post, phase;

-- name: finish_post
UPDATE units SET state = 'waiting', post = 0, batches = batches + :batches,
  complete = CASE WHEN :complete = 0 THEN 0 ELSE complete END, reason = CASE WHEN :complete = 0 THEN :reason ELSE reason END,
  worker = NULL, lease_until = NULL, due_at = NULL,
  seconds = seconds + CASE WHEN state = 'running' THEN {now} - claimed_at ELSE 0 END
WHERE id = :unit
RETURNING id, run, parent, depth, state, outstanding, failed, post, phase;

-- name: child_finished
UPDATE units SET outstanding = outstanding - :n WHERE id = :unit
RETURNING id, run, parent, depth, state, outstanding, failed, post, phase;

-- name: ready_post
UPDATE units SET state = 'ready', phase = 'post', fence = NULL, cursor = '[]', committed_seq = 0, crashes = 0,
  attempts = 0, touched = NULL
WHERE id = :unit;

-- name: end_unit
UPDATE units SET state = :state WHERE id = :unit;

-- name: add_outcome
INSERT INTO outcomes (run, unit, kind, type, fqn, key, reason, message, attempts, node, scope)
VALUES (:run, :unit, :kind, :type, :fqn, :key, :reason, :message, :attempts, :node, :scope);

-- name: add_filtered
INSERT INTO filtered (run, unit, type, rule, n) VALUES (:run, :unit, :type, :rule, :n)
ON CONFLICT (run, unit, type, rule) DO UPDATE SET n = filtered.n + excluded.n;

-- name: add_counts
INSERT INTO counts (run, unit, type, listed, sent, emitted, unchanged, filtered, failed, gone, spawned)
VALUES (:run, :unit, :type, :listed, :sent, :emitted, :unchanged, :filtered, :failed, :gone, :spawned)
ON CONFLICT (run, unit, type) DO UPDATE SET listed = counts.listed + excluded.listed,
  sent = counts.sent + excluded.sent, emitted = counts.emitted + excluded.emitted,
  unchanged = counts.unchanged + excluded.unchanged, filtered = counts.filtered + excluded.filtered,
  failed = counts.failed + excluded.failed, gone = counts.gone + excluded.gone,
  spawned = counts.spawned + excluded.spawned;

-- name: add_coverage
INSERT INTO coverage (run, unit, node, scope, after, until, error, reason)
VALUES (:run, :unit, :node, :scope, :after, :until, :error, :reason);

-- name: add_marks
INSERT INTO marks (run, unit, seq, kind, blob) VALUES (:run, :unit, :seq, :kind, :blob);

-- name: add_tally
INSERT INTO tallies (run, lane, known, finished, entities, failures, statements, peak_rss)
VALUES (:run, :lane, :known, :finished, :entities, :failures, :statements, :peak_rss)
ON CONFLICT (run, lane) DO UPDATE SET known = tallies.known + excluded.known,
  finished = tallies.finished + excluded.finished, entities = tallies.entities + excluded.entities,
  failures = tallies.failures + excluded.failures, statements = tallies.statements + excluded.statements,
  peak_rss = CASE WHEN excluded.peak_rss > tallies.peak_rss THEN excluded.peak_rss ELSE tallies.peak_rss END;

-- phases --------------------------------------------------------------------------------------------------------

-- name: any_open_unit
SELECT 1 FROM units WHERE run = :run AND state NOT IN ('done', 'failed', 'cancelled') LIMIT 1;

-- name: add_suspect
INSERT INTO suspects (run, unit, type, fqn) VALUES (:run, :unit, :type, :fqn) ON CONFLICT DO NOTHING;

-- name: suspects
SELECT s.type, s.fqn FROM suspects s JOIN units u ON u.id = :unit
WHERE s.run = u.run AND s.unit = u.id ORDER BY s.type, s.fqn;

-- shards --------------------------------------------------------------------------------------------------------

-- name: claim_shard
INSERT INTO shards (shard, holder, until) VALUES (:shard, :holder, {now} + :lease)
ON CONFLICT (shard) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE shards.holder = excluded.holder OR shards.until <= {now};

-- name: leave_shards
DELETE FROM shards WHERE holder = :holder;

-- name: leave_shard
DELETE FROM shards WHERE holder = :holder AND shard = :shard;

-- name: shard_holders
SELECT shard, holder FROM shards WHERE until > {now} ORDER BY shard;

-- reading -------------------------------------------------------------------------------------------------------

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
  AND state NOT IN ('done', 'failed', 'cancelled')
GROUP BY state;

-- name: in_hands
SELECT scope, span, node, phase FROM units WHERE run = :run AND state NOT IN ('done', 'failed', 'cancelled') AND state = 'running' LIMIT 32;

-- name: units_page
SELECT n, id, node, scope, span, phase, depth, parent, state, seconds, objects, statements, attempts, crashes,
  reason, progress, fingerprint, complete
FROM units WHERE run = :run AND n > :after ORDER BY n LIMIT 1000;

-- name: slowest_units
SELECT n, id, node, scope, span, phase, depth, parent, state, seconds, objects, statements, attempts, crashes,
  reason, progress, fingerprint, complete
FROM units WHERE run = :run ORDER BY seconds DESC, n LIMIT :limit;

-- name: failures_page
SELECT n, kind, type, fqn, key, reason, message, attempts, node, scope, unit FROM outcomes
WHERE run = :run AND kind = :kind AND n > :after ORDER BY n LIMIT 1000;

-- name: count_outcomes
SELECT count(*) FROM outcomes WHERE run = :run AND kind = :kind;

-- name: coverage_errors
SELECT unit, node, scope, after, until, error, reason FROM coverage WHERE run = :run AND error IS NOT NULL ORDER BY n;

-- name: incomplete_units
SELECT id, node, scope, span, estimate, reason, state, item FROM units
WHERE run = :run AND complete = 0 ORDER BY n;

-- name: start_of
SELECT node, scope, item, span, estimate FROM units WHERE id = :unit;

-- name: next_due
SELECT min(CASE WHEN state = 'running' THEN lease_until ELSE due_at END) - {now} FROM units
WHERE run = :run AND state NOT IN ('done', 'failed', 'cancelled') AND state IN ('running', 'delayed');
