-- Followers of the change feed, their pages, and their dead letters. Parameters: :name.

-- name: register
INSERT INTO followers (sink, service, config, state, seq, cursor)
VALUES (:sink, :service, :config, 'snapshot', 0, :begin)
ON CONFLICT (sink) DO UPDATE SET
    state = CASE
        WHEN followers.state <> 'idle' THEN followers.state
        WHEN followers.cursor = '' THEN 'following'
        ELSE 'snapshot'
    END,
    -- other settings may be what it took: it is tried at once
    retry_at = CASE WHEN followers.config = excluded.config THEN followers.retry_at END,
    config = excluded.config
WHERE followers.state = 'idle' OR followers.config <> excluded.config

-- name: of_service
SELECT sink, state FROM followers WHERE service = :service

-- name: retire
UPDATE followers SET state = 'idle' WHERE sink = :sink

-- name: newest_recipes
SELECT service, service_type, recipe, via, n FROM (
    SELECT service, service_type, recipe, via, n,
        row_number() OVER (PARTITION BY service ORDER BY n DESC, id DESC) AS age
    FROM runs
    WHERE n >= :since
) AS aged
WHERE age = 1
ORDER BY n

-- name: followers
SELECT sink, service, config, state, seq, cursor, holder, failing, retry_at, reason, acknowledged_at,
    until IS NOT NULL AND until > {now}, retry_at IS NULL OR retry_at <= {now}
FROM followers
ORDER BY sink

-- name: holder
SELECT holder FROM followers WHERE sink = :sink

-- name: lease
UPDATE followers SET holder = :holder, until = {now} + :lease
WHERE sink = :sink AND (holder IS NULL OR holder IN (:holder, :dead) OR until IS NULL OR until < {now})
RETURNING service, config, state, seq, cursor, failing

-- name: release
UPDATE followers SET holder = NULL, until = NULL WHERE sink = :sink AND holder = :holder

-- name: acknowledge
UPDATE followers
SET seq = :seq, cursor = :cursor, state = :state, failing = 0, retry_at = NULL, reason = '', acknowledged_at = {now},
    until = {now} + :lease
WHERE sink = :sink AND holder = :holder AND seq = :was AND cursor = :was_cursor

-- name: fail
UPDATE followers
SET failing = :failing, retry_at = {now} + :delay, reason = :reason, state = :state, holder = NULL, until = NULL
WHERE sink = :sink AND holder = :holder

-- name: last_seq
SELECT next - 1 FROM feed

-- name: first_kept
SELECT min(seq) FROM events

-- name: feed_page
SELECT p.seq, p.type, p.fqn, p.kind, p.state, CASE WHEN p.kind = 'deleted' THEN NULL ELSE c.content END, s.json,
    p.listed
FROM (
    SELECT seq, type, fqn, kind, state, id, count(*) OVER () AS listed,
        row_number() OVER (ORDER BY seq) AS n, sum(size) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS weight
    FROM (
        SELECT v.seq, v.type, v.fqn, v.kind, e.state, e.id,
            CASE
                WHEN v.kind = 'deleted' THEN 0
                ELSE coalesce({octets}(c.content), 0) + coalesce({octets}(s.json), 0)
            END AS size
        FROM events AS v
        LEFT JOIN entities AS e ON e.fqn = v.fqn AND e.type = v.type
        LEFT JOIN contents AS c ON c.id = e.id
        LEFT JOIN stats AS s ON s.id = e.id AND e.type = 'Usage'
        WHERE v.seq > :seq AND v.seq <= :until AND (v.fqn = :root OR (v.fqn > :after AND v.fqn < :end))
        ORDER BY v.seq LIMIT :limit
    ) AS sized
) AS p
LEFT JOIN contents AS c ON c.id = p.id
LEFT JOIN stats AS s ON s.id = p.id AND p.type = 'Usage'
WHERE p.n = 1 OR p.weight <= :max_bytes
ORDER BY p.seq

-- name: state_page
SELECT p.type, p.fqn, p.state, c.content, s.json, p.listed
FROM (
    SELECT type, fqn, state, id, count(*) OVER () AS listed, row_number() OVER (ORDER BY fqn, type) AS n,
        sum(size) OVER (ORDER BY fqn, type ROWS UNBOUNDED PRECEDING) AS weight
    FROM (
        SELECT e.type, e.fqn, e.state, e.id,
            coalesce({octets}(c.content), 0) + coalesce({octets}(s.json), 0) AS size
        FROM entities AS e LEFT JOIN contents AS c ON c.id = e.id
        LEFT JOIN stats AS s ON s.id = e.id AND e.type = 'Usage'
        WHERE (e.fqn, e.type) > (:fqn, :type) AND e.fqn < :end AND e.service = :service
            AND CASE WHEN e.type = 'Usage' THEN 1 ELSE 0 END = :usage
            AND (e.state <> 'deleted' OR :again = 1)
        ORDER BY e.fqn, e.type LIMIT :limit
    ) AS sized
) AS p
LEFT JOIN contents AS c ON c.id = p.id
LEFT JOIN stats AS s ON s.id = p.id AND p.type = 'Usage'
WHERE p.n = 1 OR p.weight <= :max_bytes
ORDER BY p.fqn, p.type

-- name: deleted_below
SELECT type, fqn FROM entities
WHERE fqn > :after AND fqn < :end AND state = 'deleted' AND service = :service
ORDER BY fqn, type LIMIT :limit

-- name: bury
INSERT INTO dead_letters (sink, seq, type, fqn, kind, reason, attempts, at)
VALUES (:sink, :seq, :type, :fqn, :kind, :reason, 1, {now})
ON CONFLICT (sink, type, fqn) DO UPDATE SET
    seq = excluded.seq, kind = excluded.kind, reason = excluded.reason, attempts = dead_letters.attempts + 1,
    at = excluded.at

-- name: any_dead
SELECT 1 FROM dead_letters WHERE sink = :sink LIMIT 1

-- name: raise_dead
DELETE FROM dead_letters WHERE sink = :sink AND type = :type AND fqn = :fqn

-- name: dead
SELECT sink, seq, type, fqn, kind, reason, attempts, at FROM dead_letters
WHERE (:sink = '' OR sink = :sink) AND (:fqn = '' OR fqn = :fqn)
    AND (sink, fqn, type) > (:after_sink, :after_fqn, :after_type)
ORDER BY sink, fqn, type
LIMIT :limit

-- name: count_dead
SELECT sink, count(*) FROM dead_letters GROUP BY sink ORDER BY sink

-- name: state_of
SELECT e.state, c.content, s.json FROM entities AS e LEFT JOIN contents AS c ON c.id = e.id
LEFT JOIN stats AS s ON s.id = e.id AND e.type = 'Usage'
WHERE e.fqn = :fqn AND e.type = :type

-- name: note_target
INSERT INTO fed_targets (teller, type, fqn) VALUES (:teller, :type, :fqn) ON CONFLICT DO NOTHING

-- name: targets_of
SELECT type, fqn FROM fed_targets WHERE teller = :teller ORDER BY fqn, type

-- name: tellers_of
SELECT teller FROM fed_targets WHERE fqn = :fqn AND type = :type AND teller > :after ORDER BY teller LIMIT :limit

-- sinks that no process feeds any more, and lineage that is gone for good

-- name: drop_old_followers
DELETE FROM followers
WHERE (state = 'idle' OR service NOT IN (SELECT service FROM services)) AND coalesce(acknowledged_at, 0) < :before

-- name: drop_orphaned_letters
DELETE FROM dead_letters WHERE sink NOT IN (SELECT sink FROM followers)

-- name: drop_orphaned_targets
DELETE FROM fed_targets
WHERE (teller, fqn, type) IN (
    SELECT teller, fqn, type FROM fed_targets
    WHERE NOT EXISTS (SELECT 1 FROM entities WHERE entities.fqn = fed_targets.teller AND entities.type = 'Lineage')
    LIMIT 1000
)
