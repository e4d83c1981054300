-- Statements that both dialects understand. Parameters: :name.

-- name: old_contents
SELECT id, content, words FROM contents WHERE id IN (SELECT value FROM json_each(:ids))

-- name: update_entity
UPDATE entities
SET parent = :parent, name = :name, node = :node, scope = :scope, owner = :owner, hash = :hash, hash_version = :version,
    state = 'live', state_run = NULL, doubt = NULL, changed_at = :now, changed_run = :run
WHERE id = :id

-- name: rehash
UPDATE entities SET hash = :hash, hash_version = :version, doubt = NULL WHERE id = :id

-- name: believe
UPDATE entities SET doubt = NULL WHERE id = :id

-- name: store_stats
INSERT INTO stats (id, json) VALUES (:id, :json) ON CONFLICT (id) DO UPDATE SET json = excluded.json

-- name: advance_feed
UPDATE feed SET next = next + :n RETURNING next

-- name: note_run
INSERT INTO feed_runs (run, first, last) VALUES (:run, :first, :last)
ON CONFLICT (run) DO UPDATE SET last = excluded.last

-- name: forget_absences
DELETE FROM absences WHERE run = :run

-- name: marks_page
SELECT n, kind, blob FROM marks WHERE run = :run AND n > :after ORDER BY n LIMIT 256

-- name: coverage_page
SELECT c.node, c.scope, c.part, c.n, c.after, c.until, c.error, u.fingerprint
FROM coverage AS c LEFT JOIN units AS u ON u.id = c.unit
WHERE c.run = :run AND (c.node, c.scope, c.part, c.n) > (:node, :scope, :part, :n)
ORDER BY c.node, c.scope, c.part, c.n LIMIT 2000

-- name: listing_page
SELECT id, mark, owner FROM entities
WHERE scope = :scope AND node = :node AND state <> 'deleted' AND id > :after
ORDER BY id LIMIT 5000

-- name: record_fingerprint
INSERT INTO fingerprints (scope, node, fingerprint) VALUES (:scope, :node, :fingerprint)
ON CONFLICT (scope, node) DO UPDATE SET fingerprint = excluded.fingerprint

-- name: suspect
INSERT INTO absences (run, id, type, fqn, parent, node, scope, outcome)
SELECT :run, id, type, fqn, parent, node, scope, CASE WHEN coalesce(doubt, :known) <> :grants THEN 'doubt' END
FROM entities
WHERE id = :id

-- name: doubt
UPDATE entities SET doubt = coalesce(doubt, :known)
WHERE id IN (SELECT id FROM absences WHERE run = :run AND node = :node AND scope = :scope AND outcome = 'doubt')

-- name: to_confirm
SELECT (SELECT c.part FROM coverage AS c
    WHERE c.run = a.run AND c.node = a.node AND c.scope = a.scope AND c.error IS NULL LIMIT 1) AS part,
    a.parent, a.type, a.fqn
FROM absences AS a
WHERE a.run = :run AND a.outcome IS NULL AND (a.fqn, a.type) > (:fqn, :type)
ORDER BY a.fqn, a.type LIMIT 5000

-- name: record_verdict
UPDATE absences SET verdict = :presence WHERE run = :run AND fqn = :fqn AND type = :type AND outcome IS NULL

-- name: revive_confirmed
UPDATE absences SET outcome = 'live'
WHERE run = :run AND outcome IS NULL AND verdict = 'yes'
    AND EXISTS (SELECT 1 FROM entities AS e WHERE e.id = absences.id AND e.state = 'missing')

-- name: keep_unconfirmed
UPDATE absences SET outcome = 'kept' WHERE run = :run AND outcome IS NULL AND (verdict IS NULL OR verdict <> 'no')

-- name: delete_twice_missing
UPDATE absences SET outcome = 'deleted'
WHERE run = :run AND outcome IS NULL
    AND EXISTS (
        SELECT 1 FROM entities AS e WHERE e.id = absences.id AND e.state = 'missing' AND e.state_run <> :run
    )

-- name: listings_to_cap
SELECT a.scope, a.node, count(*) AS gone,
    (SELECT count(*) FROM entities AS e WHERE e.scope = a.scope AND e.node = a.node AND e.state = 'live') AS known
FROM absences AS a
WHERE a.run = :run AND a.outcome IS NULL
GROUP BY a.scope, a.node

-- name: service_to_cap
SELECT a.node, count(*) AS gone,
    (SELECT count(*) FROM entities AS e WHERE e.service = :service AND e.node = a.node AND e.state = 'live') AS known
FROM absences AS a
WHERE a.run = :run AND a.outcome IS NULL
GROUP BY a.node
HAVING count(*) > :objects

-- name: hold_node
UPDATE absences SET outcome = 'waiting' WHERE run = :run AND node = :node AND outcome IS NULL

-- name: settle_listing
UPDATE absences SET outcome = :outcome WHERE run = :run AND scope = :scope AND node = :node AND outcome IS NULL

-- name: containers
SELECT id, type, fqn, outcome FROM absences
WHERE run = :run AND applied_at IS NULL AND outcome IN ('missing', 'deleted') AND id > :after AND cause IS NULL
ORDER BY id LIMIT 1000

-- name: suspects_page
SELECT id, type, fqn, outcome FROM absences
WHERE run = :run AND id > :after AND (outcome IS NULL OR outcome <> 'seen')
ORDER BY id LIMIT 1000

-- name: namesake
SELECT e.type FROM entities AS e
WHERE e.fqn = :fqn AND e.type <> :type AND e.state = 'live'
    AND NOT EXISTS (
        SELECT 1 FROM absences AS a WHERE a.run = :run AND a.id = e.id AND a.outcome IN ('missing', 'deleted')
    )

-- name: descendants_page
SELECT id, type, fqn, parent, node, scope, mark FROM entities
WHERE (fqn, type) > (:after, :after_type) AND fqn < :end AND (state = 'live' OR (state = 'missing' AND :outcome = 'deleted'))
ORDER BY fqn, type LIMIT 1000

-- name: follow
INSERT INTO absences (run, id, type, fqn, parent, node, scope, outcome, cause)
VALUES (:run, :id, :type, :fqn, :parent, :node, :scope, :outcome, :cause)
ON CONFLICT (run, id) DO UPDATE SET outcome = excluded.outcome, cause = excluded.cause
WHERE absences.applied_at IS NULL AND absences.outcome NOT IN ('deleted', 'seen')
    AND coalesce(absences.verdict, 'no') <> 'yes'

-- name: count_to_apply
SELECT count(*) FROM absences WHERE run = :run AND applied_at IS NULL AND outcome IN ('missing', 'deleted', 'live')

-- name: append_absences
INSERT INTO events (seq, type, fqn, kind, diff, run, at)
SELECT :first - 1 + row_number() OVER (ORDER BY fqn, type), type, fqn,
    CASE outcome WHEN 'deleted' THEN 'deleted' WHEN 'live' THEN 'restored' ELSE 'updated' END,
    CASE outcome
        WHEN 'missing' THEN '{"state": ["live", "missing"]}'
        WHEN 'live' THEN '{"state": ["missing", "live"]}'
    END,
    run, :now
FROM absences
WHERE run = :run AND applied_at IS NULL AND outcome IN ('missing', 'deleted', 'live')

-- name: apply_absences
UPDATE entities
SET state = (SELECT a.outcome FROM absences AS a WHERE a.run = :run AND a.id = entities.id), state_run = :run,
    changed_at = :now
WHERE id IN (
    SELECT id FROM absences WHERE run = :run AND applied_at IS NULL AND outcome IN ('missing', 'deleted', 'live')
)

-- name: applied_absences
UPDATE absences SET applied_at = :now
WHERE run = :run AND applied_at IS NULL AND outcome IN ('missing', 'deleted', 'live')

-- name: absences_by_type
SELECT type, count(*) FROM absences
WHERE run = :run AND applied_at IS NOT NULL AND outcome = :outcome
GROUP BY type

-- name: undecided_by_type
SELECT type, count(*) FROM absences
WHERE run = :run AND applied_at IS NULL AND outcome = :outcome
GROUP BY type

-- name: to_apply_by_type
SELECT type, count(*) FROM absences
WHERE run = :run AND applied_at IS NULL AND outcome IN ('missing', 'deleted')
GROUP BY type

-- name: find
SELECT e.type, e.fqn, e.parent, e.name, e.service, e.state, c.content, s.json, e.first_seen, e.changed_at, e.changed_run
FROM entities AS e JOIN contents AS c ON c.id = e.id LEFT JOIN stats AS s ON s.id = e.id
WHERE e.fqn = :fqn AND e.state <> 'deleted'
ORDER BY e.type

-- name: children_page
SELECT type, fqn, parent, name, service, state FROM entities
WHERE parent = :parent AND state <> 'deleted' AND (fqn, type) > (:fqn, :type)
ORDER BY fqn, type LIMIT 1000

-- name: stored
SELECT type, count(*) FROM entities WHERE changed_run = :run GROUP BY type ORDER BY type

-- name: names_of_type
SELECT name FROM entities WHERE service = :service AND type = :type AND state = 'live'

-- name: services
SELECT s.service, s.type, coalesce(sum(CASE WHEN e.state = 'live' THEN 1 ELSE 0 END), 0),
    coalesce(sum(CASE WHEN e.state = 'missing' THEN 1 ELSE 0 END), 0)
FROM services AS s LEFT JOIN entities AS e ON e.service = s.service
GROUP BY s.service, s.type
ORDER BY s.service

-- name: export_sizes
SELECT e.type, e.fqn, {octets}(c.content)
FROM entities AS e JOIN contents AS c ON c.id = e.id
WHERE (e.fqn, e.type) > (:fqn, :type) AND e.state <> 'deleted'
ORDER BY e.fqn, e.type LIMIT :limit

-- name: export_service_sizes
SELECT e.type, e.fqn, {octets}(c.content)
FROM entities AS e JOIN contents AS c ON c.id = e.id
WHERE (e.fqn, e.type) > (:fqn, :type) AND e.fqn < :end AND e.service = :service AND e.state <> 'deleted'
ORDER BY e.fqn, e.type LIMIT :limit

-- name: export_page
SELECT e.type, e.state, c.content, s.json
FROM entities AS e JOIN contents AS c ON c.id = e.id LEFT JOIN stats AS s ON s.id = e.id
WHERE (e.fqn, e.type) > (:fqn, :type) AND (e.fqn, e.type) <= (:last_fqn, :last_type) AND e.state <> 'deleted'
ORDER BY e.fqn, e.type

-- name: export_service_page
SELECT e.type, e.state, c.content, s.json
FROM entities AS e JOIN contents AS c ON c.id = e.id LEFT JOIN stats AS s ON s.id = e.id
WHERE (e.fqn, e.type) > (:fqn, :type) AND (e.fqn, e.type) <= (:last_fqn, :last_type) AND e.service = :service
    AND e.state <> 'deleted'
ORDER BY e.fqn, e.type

-- name: changes
SELECT seq, type, fqn, kind, diff, run, at FROM events WHERE seq > :seq AND kind <> 'measured' ORDER BY seq LIMIT :limit

-- name: changes_of_run
SELECT seq, type, fqn, kind, diff, run, at FROM events
WHERE seq > :seq AND run = :run AND kind <> 'measured' AND seq BETWEEN (SELECT first FROM feed_runs WHERE run = :run)
    AND (SELECT last FROM feed_runs WHERE run = :run)
ORDER BY seq LIMIT :limit

-- name: last_seq
SELECT next - 1 FROM feed

-- name: first_kept
SELECT min(seq) FROM events

-- name: seq_behind_run
SELECT last FROM feed_runs WHERE run = :run

-- name: seq_behind_time
SELECT coalesce(max(f.last), 0) FROM feed_runs AS f JOIN runs AS r ON r.id = f.run
WHERE r.n <= (SELECT n FROM runs WHERE id = :run)

-- name: latest_run
SELECT id FROM runs ORDER BY n DESC, id DESC LIMIT 1

-- name: known_run
SELECT service, state, recipe FROM runs WHERE id = :run

-- name: changes_by_object
SELECT type, fqn, kind, diff FROM events WHERE seq > :seq AND kind <> 'measured' ORDER BY fqn, type, seq

-- name: changes_of_run_by_object
SELECT type, fqn, kind, diff FROM events
WHERE run = :run AND kind <> 'measured' AND seq BETWEEN (SELECT first FROM feed_runs WHERE run = :run)
    AND (SELECT last FROM feed_runs WHERE run = :run)
ORDER BY fqn, type, seq

-- name: absences
SELECT a.type, a.fqn, a.outcome, a.verdict, c.fqn, a.applied_at
FROM absences AS a LEFT JOIN absences AS c ON c.run = a.run AND c.id = a.cause
WHERE a.run = :run AND (a.outcome IS NULL OR a.outcome <> 'seen')
ORDER BY a.fqn, a.type

-- a retry looks only at what failed, which is never in a listing that came to its end

-- name: newer_runs
SELECT id FROM runs
WHERE service = :service AND id <> :run AND parent IS NULL
    AND n >= (SELECT n FROM runs WHERE id = :run)
ORDER BY n DESC

-- name: approve
UPDATE absences SET outcome = (SELECT CASE WHEN e.state = 'missing' THEN 'deleted' ELSE 'missing' END
    FROM entities AS e WHERE e.id = absences.id)
WHERE run = :run AND outcome IN ('waiting', :also)
    AND EXISTS (SELECT 1 FROM entities AS e WHERE e.id = absences.id AND e.state IN ('live', 'missing')
        AND NOT EXISTS (SELECT 1 FROM runs AS newer WHERE newer.id = e.changed_run
            AND newer.n > (SELECT n FROM runs WHERE id = :run)))

-- name: not_live_by_name
SELECT id, type, fqn, state, state_run FROM entities
WHERE fqn = :fqn AND state <> 'live' AND (:type = '' OR type = :type)
ORDER BY type

-- name: went_along
SELECT e.id, e.type, e.fqn, e.state FROM absences AS a JOIN entities AS e ON e.id = a.id
WHERE a.run = :run AND a.cause = :cause AND e.state <> 'live' AND e.state_run = :run
ORDER BY e.fqn, e.type

-- name: revive
UPDATE entities SET state = 'live', state_run = NULL, changed_at = :now WHERE id = :id

-- name: write_nothing
UPDATE feed SET next = next
