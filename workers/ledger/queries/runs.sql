-- name: add_run
INSERT INTO runs (id, service, service_type, state, recipe, parent, deletes, started_at, via, schedule, deadline_at,
  accept_identity, n)
VALUES (:id, :service, :service_type, 'running', :recipe, :parent, :deletes, {now}, :via, :schedule, {now} + :deadline,
  :accept_identity, (SELECT coalesce(max(n), 0) + 1 FROM runs));

-- name: get_run
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at, owner, doubt FROM runs
WHERE id = :run;

-- name: lock_run
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at, owner, doubt FROM runs
WHERE id = :run {lock};

-- name: open_run
SELECT id FROM runs WHERE service = :service AND state IN ('running', 'confirming') {lock};

-- name: open_runs
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at, owner, doubt FROM runs
WHERE state IN ('running', 'confirming') ORDER BY n, id;

-- name: runs_like
SELECT id FROM runs
WHERE (substr(id, 1, length(:part)) = :part OR substr(id, length(id) - length(:part) + 1) = :part)
  AND (:service = '' OR service = :service)
ORDER BY n DESC, id DESC LIMIT 6;

-- name: recent_runs
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at, owner, doubt FROM runs
ORDER BY n DESC, id DESC LIMIT :limit;

-- name: recent_runs_of
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at, owner, doubt FROM runs
WHERE service = :service ORDER BY n DESC, id DESC LIMIT :limit;

-- name: set_run_state
UPDATE runs SET state = :state WHERE id = :run;

-- name: close_run
UPDATE runs SET state = :state, reason = :reason, ended_at = {now} WHERE id = :run;

-- name: cancel_ready_units
UPDATE units SET state = 'cancelled' WHERE run = :run AND queue IN ('small', 'large') AND state = 'ready';

-- name: cancel_open_units
UPDATE units SET state = 'cancelled', worker = NULL, lease_until = NULL, due_at = NULL
WHERE run = :run AND state IN ('running', 'flushing', 'waiting', 'delayed');

-- name: cancel_held_units
UPDATE units SET state = 'cancelled' WHERE run = :run AND state = 'held';

-- name: free_slots_of_service
UPDATE slots SET unit = NULL WHERE service = :service AND unit IS NOT NULL;

-- name: drop_marks
DELETE FROM marks WHERE run = :run;

-- name: drop_suspects
DELETE FROM suspects WHERE run = :run;

-- name: drop_poison
DELETE FROM poison WHERE EXISTS (SELECT 1 FROM units WHERE units.id = poison.unit AND units.run = :run);

-- name: add_service
INSERT INTO services (service, type, pace) VALUES (:service, :type, :pace)
ON CONFLICT (service) DO UPDATE SET type = excluded.type, pace = excluded.pace, failing = 0, open_until = NULL;

-- name: count_slots
SELECT count(*) FROM slots WHERE service = :service;

-- name: drop_slots
DELETE FROM slots WHERE service = :service;

-- name: add_slot
INSERT INTO slots (service, n) VALUES (:service, :n);

-- name: type_before
SELECT service_type FROM runs WHERE service = :service AND id <> :run ORDER BY n DESC, id DESC LIMIT 1;

-- name: set_owner
UPDATE runs SET owner = :owner WHERE id = :run;

-- name: leased
SELECT 1 AS one FROM units WHERE run = :run AND state IN ('running', 'flushing', 'waiting', 'delayed')
  AND state = 'running' AND lease_until > {now} LIMIT 1;

-- name: latest_runs
SELECT id, service, service_type, state, recipe, parent, started_at, ended_at, reason, deletes, via, paused,
  accept_identity, schedule, deadline_at, owner, doubt FROM (
    SELECT runs.*, row_number() OVER (PARTITION BY service ORDER BY n DESC, id DESC) AS age FROM runs) AS aged
WHERE age = 1 ORDER BY service;

-- name: set_published
UPDATE runs SET published = :published, published_at = CASE WHEN :done = 1 THEN {now} ELSE published_at END
WHERE id = :run AND published_at IS NULL;

-- name: set_paused
UPDATE runs SET paused = :paused WHERE id = :run AND state IN ('running', 'confirming');

-- by who opens a run later in the same transaction: services are locked before their runs

-- name: lock_service
INSERT INTO services (service, type) VALUES (:service, :type)
ON CONFLICT (service) DO UPDATE SET type = services.type;

-- services: left alone while they keep failing ----------------------------------------------------------------

-- name: failing_service
SELECT v.failing, r.id AS run, r.via FROM services v JOIN runs r ON r.service = v.service
WHERE v.service = :service AND r.state IN ('running', 'confirming');

-- name: set_failing
UPDATE services SET failing = failing + 1, open_until = {now} + :wait WHERE service = :service;

-- name: recovered
UPDATE services SET failing = 0, open_until = NULL WHERE service = :service AND failing > 0;
