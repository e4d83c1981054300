-- Which server a run reads, and how far that is.

-- name: evidence
SELECT v.identity, v.replicas, v.position, v.service FROM services v
WHERE v.service = (SELECT service FROM runs WHERE id = :run) {lock};

-- name: evidence_of_run
SELECT identity, doubt FROM runs WHERE id = :run;

-- name: set_identity
UPDATE services SET identity = :identity, replicas = :replicas, identified_at = {now} WHERE service = :service;

-- name: set_run_identity
UPDATE runs SET identity = :identity WHERE id = :run AND identity IS NULL;

-- name: set_position
UPDATE services SET position = :position WHERE service = :service;

-- name: position_of
SELECT position FROM services WHERE service = :service {lock};

-- name: set_doubt
UPDATE runs SET doubt = :doubt WHERE id = :run AND doubt = '';
