-- What gc and forget remove from the catalog.

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

-- name: drop_fingerprints
DELETE FROM fingerprints WHERE scope = :service OR (scope > :after AND scope < :end)

-- name: drop_absences
DELETE FROM absences
WHERE (run, id) IN (SELECT run, id FROM absences WHERE run = :run ORDER BY id LIMIT 1000)

-- name: drop_feed_run
DELETE FROM feed_runs WHERE run = :run
