-- Cheap whatever the number of units: indexes, tallies and small tables only.

-- name: runs
SELECT service, state, count(*) AS n, max(ended_at) AS ended FROM runs GROUP BY service, state
ORDER BY service, state LIMIT :most;

-- name: open_runs
SELECT id, service, via, paused, owner, {now} - started_at AS age FROM runs WHERE state IN ('running', 'confirming')
ORDER BY service LIMIT :most;

-- name: tallies
SELECT r.service, sum(t.entities) AS entities, sum(t.failures) AS failures, sum(t.statements) AS statements,
  sum(t.expired) AS expired, sum(t.fenced) AS fenced, sum(t.crashes) AS crashes
FROM tallies t JOIN runs r ON r.id = t.run GROUP BY r.service ORDER BY r.service LIMIT :most;

-- name: ended_runs
SELECT id, service, state, ended_at, {now} - ended_at AS ago FROM runs WHERE state NOT IN ('running', 'confirming')
ORDER BY n DESC LIMIT 5;

-- name: totals
SELECT sum(known) AS known, sum(finished) AS finished, sum(entities) AS entities, sum(failures) AS failures,
  sum(expired) AS expired, sum(fenced) AS fenced, sum(crashes) AS crashes
FROM tallies WHERE run = :run;

-- name: poisoned
SELECT count(*) AS n FROM outcomes WHERE run = :run AND reason = 'poison';

-- name: states
SELECT state, count(*) AS n, {now} - max(claimed_at) AS claimed FROM units
WHERE run = :run AND state IN ('running', 'flushing', 'waiting', 'delayed')
GROUP BY state ORDER BY state;

-- name: quarantined
SELECT r.service, count(*) AS n FROM outcomes o JOIN runs r ON r.id = o.run
WHERE o.reason = 'poison' AND r.n = (SELECT max(l.n) FROM runs l WHERE l.service = r.service)
GROUP BY r.service ORDER BY r.service LIMIT :most;

-- name: services
SELECT service, failing, open_until - {now} AS rest, CASE WHEN open_until > {now} THEN 1 ELSE 0 END AS open FROM services ORDER BY service
LIMIT :most;

-- name: slots
SELECT service, count(*) AS n, count(unit) AS taken FROM slots GROUP BY service ORDER BY service LIMIT :most;

-- name: shards
SELECT shard, holder, CASE WHEN until > {now} THEN 1 ELSE 0 END AS held FROM shards ORDER BY shard LIMIT :most;

-- name: followers
SELECT f.sink, f.service, f.reason, f.state, f.failing, (SELECT next FROM feed) - 1 - f.seq AS behind,
  {now} - (SELECT e.at FROM events e WHERE e.seq > f.seq ORDER BY e.seq LIMIT 1) AS age
FROM followers f ORDER BY f.sink LIMIT :most;

-- name: unwritten
SELECT id, service, published, {now} - ended_at AS age FROM runs
WHERE via = 'cluster' AND state IN ('complete', 'partial') AND published_at IS NULL AND published <> ''
ORDER BY ended_at DESC LIMIT :most;

-- name: dead_letters
SELECT sink, count(*) AS n FROM dead_letters GROUP BY sink ORDER BY sink LIMIT :most;

-- name: schedules
SELECT s.name, s.paused, f.outcome, f.fire_time FROM schedules s LEFT JOIN fires f
  ON f.schedule = s.name AND f.fire_time = (SELECT max(l.fire_time) FROM fires l WHERE l.schedule = s.name)
ORDER BY s.name LIMIT :most;

-- name: leaders
SELECT role, holder, CASE WHEN until > {now} THEN 1 ELSE 0 END AS held FROM leaders ORDER BY role LIMIT :most;
