-- name: guard
UPDATE units SET committed_seq = :seq, lost = 0, cursor = :cursor, objects = objects + :objects,
  statements = statements + :statements
WHERE id = :unit AND fence = :fence AND committed_seq = :seq - 1
  AND state IN ('running', 'flushing', 'ready', 'delayed')
RETURNING service, part, depth, attempts, (SELECT v.failing FROM services v WHERE v.service = CAST(units.service AS TEXT)) AS failing;

-- name: guard_final
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
RETURNING id, run, service, part, parent, depth, state, attempts,
  (SELECT v.failing FROM services v WHERE v.service = CAST(units.service AS TEXT)) AS failing;

-- name: break_off
UPDATE units SET state = 'ready', fence = NULL, worker = NULL, lease_until = NULL, due_at = NULL, lost = lost + 1
WHERE id = :unit AND fence = :fence AND state IN ('running', 'flushing', 'ready', 'delayed')
RETURNING id, lost;

-- name: add_outstanding
UPDATE units SET outstanding = outstanding + :n WHERE id = :unit;

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
INSERT INTO coverage (run, unit, part, node, scope, after, until, error, reason)
VALUES (:run, :unit, :part, :node, :scope, :after, :until, :error, :reason);

-- name: add_marks
INSERT INTO marks (run, unit, seq, kind, blob) VALUES (:run, :unit, :seq, :kind, :blob);

-- name: add_tally
INSERT INTO tallies (run, lane, known, finished, entities, failures, statements, peak_rss, expired, fenced, crashes)
VALUES (:run, :lane, :known, :finished, :entities, :failures, :statements, :peak_rss, :expired, :fenced, :crashes)
ON CONFLICT (run, lane) DO UPDATE SET known = tallies.known + excluded.known,
  finished = tallies.finished + excluded.finished, entities = tallies.entities + excluded.entities,
  failures = tallies.failures + excluded.failures, statements = tallies.statements + excluded.statements,
  expired = tallies.expired + excluded.expired, fenced = tallies.fenced + excluded.fenced,
  crashes = tallies.crashes + excluded.crashes,
  peak_rss = CASE WHEN excluded.peak_rss > tallies.peak_rss THEN excluded.peak_rss ELSE tallies.peak_rss END;
