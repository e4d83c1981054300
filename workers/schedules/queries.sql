-- leaders -------------------------------------------------------------------------------------------------------

-- name: lead
INSERT INTO leaders (role, holder, until) VALUES (:role, :holder, {now} + :lease)
ON CONFLICT (role) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE leaders.holder = excluded.holder OR leaders.until <= {now};

-- name: leave
DELETE FROM leaders WHERE role = :role AND holder = :holder;

-- name: leader
SELECT holder FROM leaders WHERE role = :role AND until > {now};

-- schedules -----------------------------------------------------------------------------------------------------

-- name: add_schedule
INSERT INTO schedules (name, recipe, cron, zone, jitter, overlap, catch_up, deadline, created_at, since)
VALUES (:schedule, :recipe, :cron, :zone, :jitter, :overlap, :catch_up, :deadline, :at, :at)
ON CONFLICT (name) DO NOTHING;

-- name: schedules
SELECT name, recipe, cron, zone, jitter, overlap, catch_up, deadline, paused, created_at, since FROM schedules
ORDER BY name;

-- name: schedule
SELECT name, recipe, cron, zone, jitter, overlap, catch_up, deadline, paused, created_at, since FROM schedules
WHERE name = :schedule;

-- name: lock_schedule
SELECT name, recipe, cron, zone, jitter, overlap, catch_up, deadline, paused, created_at, since FROM schedules
WHERE name = :schedule {lock};

-- name: pause_schedule
UPDATE schedules SET paused = 1 WHERE name = :schedule;

-- times that passed while it was paused are not made up for

-- name: unpause_schedule
UPDATE schedules SET since = CASE WHEN paused = 1 THEN :at ELSE since END, paused = 0 WHERE name = :schedule;

-- name: remove_schedule
DELETE FROM schedules WHERE name = :schedule;

-- name: settle
UPDATE schedules SET since = :since WHERE name = :schedule AND since < :since;

-- fires ---------------------------------------------------------------------------------------------------------

-- name: add_fire
INSERT INTO fires (schedule, fire_time, outcome, run, reason, at)
VALUES (:schedule, :fire_time, :outcome, :run, :reason, :at)
ON CONFLICT (schedule, fire_time) DO NOTHING;

-- name: set_fire
UPDATE fires SET outcome = :outcome, run = :run, reason = :reason, at = :at
WHERE schedule = :schedule AND fire_time = :fire_time;

-- name: first_queued
SELECT schedule, fire_time, outcome, run, reason, at FROM fires
WHERE schedule = :schedule AND outcome = 'queued' ORDER BY fire_time LIMIT 1;

-- name: queued
SELECT DISTINCT schedule FROM fires WHERE outcome = 'queued' ORDER BY schedule;

-- name: fires
SELECT schedule, fire_time, outcome, run, reason, at FROM fires
WHERE schedule = :schedule ORDER BY fire_time DESC LIMIT :limit;

-- name: remove_fires
DELETE FROM fires WHERE schedule = :schedule;

-- name: old_fires
DELETE FROM fires WHERE at < :before AND outcome <> 'queued'
  AND fire_time < (SELECT s.since FROM schedules s WHERE s.name = fires.schedule);

-- chores: in the order of the index of open runs, so that it is used -----------------------------------------------

-- name: finished_runs
SELECT r.id FROM runs r
WHERE r.state IN ('running', 'confirming') AND r.via = 'cluster' AND 0 = (
  SELECT coalesce(sum(t.known) - sum(t.finished), 0) FROM tallies t WHERE t.run = r.id
) ORDER BY r.service;

-- name: overdue_runs
SELECT id, deadline_at FROM runs
WHERE state IN ('running', 'confirming') AND via = 'cluster' AND deadline_at <= {now} ORDER BY service;

-- a bounded look: hints beyond the slots of a service would find nothing to take

-- name: demand
SELECT r.id, (SELECT count(*) FROM slots s WHERE s.service = r.service) AS slots,
  (SELECT count(*) FROM (SELECT 1 FROM units u WHERE u.run = r.id AND u.state = 'ready' AND u.queue = 'small' LIMIT 256) x) AS small,
  (SELECT count(*) FROM (SELECT 1 FROM units u WHERE u.run = r.id AND u.state = 'ready' AND u.queue = 'large' LIMIT 256) y) AS large
FROM runs r WHERE r.state IN ('running', 'confirming') AND r.via = 'cluster' AND r.paused = 0;

-- name: unpublished_runs
SELECT id, service, recipe, published, ended_at FROM runs
WHERE via = 'cluster' AND state IN ('complete', 'partial') AND published_at IS NULL ORDER BY ended_at DESC, id DESC;

-- name: published_of
SELECT state, published_at, published FROM runs WHERE id = :run;
