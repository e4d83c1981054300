-- What gc and forget remove from the ledger. A run's rows go table by table and page by page, its units and itself last.

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
DELETE FROM counts
WHERE (run, unit, type) IN (SELECT run, unit, type FROM counts WHERE run = :run ORDER BY run, unit, type LIMIT 1000);

-- name: drop_filtered
DELETE FROM filtered
WHERE (run, unit, type, rule) IN (SELECT run, unit, type, rule FROM filtered WHERE run = :run ORDER BY run, unit, type, rule LIMIT 1000);

-- name: drop_outcomes
DELETE FROM outcomes WHERE n IN (SELECT n FROM outcomes WHERE run = :run ORDER BY n LIMIT 1000);

-- name: drop_coverage
DELETE FROM coverage WHERE n IN (SELECT n FROM coverage WHERE run = :run ORDER BY n LIMIT 1000);

-- name: drop_tallies
DELETE FROM tallies WHERE run = :run;

-- name: drop_units
DELETE FROM units WHERE n IN (SELECT n FROM units WHERE run = :run ORDER BY n LIMIT 1000);

-- name: drop_run
DELETE FROM runs WHERE id = :run;

-- name: drop_service
DELETE FROM services WHERE service = :service;
