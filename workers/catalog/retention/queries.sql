-- What gc and forget remove. A run's rows go table by table, its units and itself last.

-- a sink that the feed has left behind still has to be told what is deleted

-- name: old_deleted
SELECT e.id FROM entities AS e
WHERE e.state = 'deleted' AND e.changed_at < :before AND NOT EXISTS (
    SELECT 1 FROM followers AS f
    WHERE f.service = e.service AND f.state <> 'idle' AND (
        f.cursor <> '' OR f.seq + 1 < (SELECT coalesce((SELECT min(seq) FROM events), next) FROM feed)
    )
)
ORDER BY e.id LIMIT 1000

-- name: of_service
SELECT id, type, fqn, state FROM entities
WHERE fqn >= :root AND fqn < :end AND service = :service
ORDER BY fqn DESC, type LIMIT 1000

-- name: delete_old_events
DELETE FROM events
WHERE seq IN (SELECT seq FROM (SELECT seq, at FROM events ORDER BY seq LIMIT 1000) AS oldest WHERE at < :before)

-- name: drop_old_followers
DELETE FROM followers
WHERE (state = 'idle' OR service NOT IN (SELECT service FROM services)) AND coalesce(acknowledged_at, 0) < :before

-- name: drop_orphaned_letters
DELETE FROM dead_letters WHERE sink NOT IN (SELECT sink FROM followers)

-- name: runs_to_drop
SELECT id FROM (
    SELECT id, state, started_at, row_number() OVER (PARTITION BY service ORDER BY n DESC, id DESC) AS age
    FROM runs
) AS aged
WHERE age > :keep AND started_at < :before AND state NOT IN ('running', 'confirming')
ORDER BY id

-- name: runs_of_service
SELECT id, state FROM runs WHERE service = :service ORDER BY id

-- name: drop_fingerprints
DELETE FROM fingerprints WHERE scope = :service OR (scope > :after AND scope < :end)

-- name: drop_absences
DELETE FROM absences WHERE run = :run

-- name: drop_feed_runs
DELETE FROM feed_runs WHERE run = :run

-- name: drop_counts
DELETE FROM counts WHERE run = :run

-- name: drop_filtered
DELETE FROM filtered WHERE run = :run

-- name: drop_outcomes
DELETE FROM outcomes WHERE run = :run

-- name: drop_coverage
DELETE FROM coverage WHERE run = :run

-- name: drop_marks
DELETE FROM marks WHERE run = :run

-- name: drop_suspects
DELETE FROM suspects WHERE run = :run

-- name: drop_tallies
DELETE FROM tallies WHERE run = :run

-- name: drop_poison
DELETE FROM poison WHERE unit IN (SELECT id FROM units WHERE run = :run)

-- name: drop_units
DELETE FROM units WHERE run = :run

-- name: drop_run
DELETE FROM runs WHERE id = :run

-- name: drop_slots
DELETE FROM slots WHERE service = :service

-- name: drop_service
DELETE FROM services WHERE service = :service
