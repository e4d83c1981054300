-- What gc and forget remove from the ledger. A run's rows go table by table, its units and itself last.

-- name: runs_to_drop
SELECT id FROM (
    SELECT id, state, started_at, row_number() OVER (PARTITION BY service ORDER BY n DESC, id DESC) AS age
    FROM runs
) AS aged
WHERE age > :keep AND started_at < :before AND state NOT IN ('running', 'confirming')
ORDER BY id;

-- name: runs_of_service
SELECT id, state FROM runs WHERE service = :service ORDER BY id;

-- name: drop_counts
DELETE FROM counts WHERE run = :run;

-- name: drop_filtered
DELETE FROM filtered WHERE run = :run;

-- name: drop_outcomes
DELETE FROM outcomes WHERE run = :run;

-- name: drop_coverage
DELETE FROM coverage WHERE run = :run;

-- name: drop_tallies
DELETE FROM tallies WHERE run = :run;

-- name: drop_units
DELETE FROM units WHERE run = :run;

-- name: drop_run
DELETE FROM runs WHERE id = :run;

-- name: drop_service
DELETE FROM services WHERE service = :service;
