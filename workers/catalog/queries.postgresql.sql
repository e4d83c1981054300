-- PostgreSQL. New rows come by binary COPY; keys and ids travel as one JSON text, which psycopg sends without parsing.

-- name: lookup
SELECT w.n, e.id, e.hash, e.hash_version, e.changed_run, e.state, e.doubt, s.json
FROM (
    SELECT (n - 1)::int AS n, key ->> 0 AS fqn, key ->> 1 AS type
    FROM json_array_elements((:keys)::json) WITH ORDINALITY AS k (key, n)
) AS w
JOIN entities AS e ON e.fqn = w.fqn COLLATE "C" AND e.type = w.type COLLATE "C"
LEFT JOIN stats AS s ON s.id = e.id

-- name: old_contents
SELECT e.id, c.content, NULL
FROM entities AS e JOIN contents AS c ON c.id = e.id
WHERE e.id IN (SELECT value::bigint FROM json_array_elements_text((:ids)::json))
ORDER BY e.type, e.fqn
FOR NO KEY UPDATE OF e

-- name: new_ids
SELECT nextval(pg_get_serial_sequence('entities', 'id')) FROM generate_series(1, :n)

-- name: insert_entities
COPY entities (
    id, type, fqn, parent, name, service, node, scope, owner, mark, hash, hash_version, changed_run,
    first_seen, changed_at
) FROM STDIN (FORMAT binary)

-- name: insert_contents
COPY contents (id, content, words) FROM STDIN (FORMAT binary)

-- name: insert_stats
COPY stats (id, json) FROM STDIN (FORMAT binary)

-- name: insert_events
COPY events (seq, type, fqn, kind, diff, run, at) FROM STDIN (FORMAT binary)

-- name: update_content
UPDATE contents SET content = :content, words = (:words)::tsvector WHERE id = :id

-- name: search
SELECT e.type, e.fqn, e.parent, e.name, e.service, e.state
FROM (SELECT id FROM contents WHERE words @@ (:query)::tsquery LIMIT 5000) AS hit
JOIN entities AS e ON e.id = hit.id
WHERE e.state <> 'deleted'
ORDER BY lower(e.name) <> :words, strpos(lower(e.name), :words) <> 1, strpos(lower(e.name), :words) = 0, length(e.fqn),
    e.fqn, e.type
LIMIT :limit

-- name: remove_contents
DELETE FROM contents WHERE id IN (SELECT value::bigint FROM json_array_elements_text((:ids)::json))

-- name: remove_stats
DELETE FROM stats WHERE id IN (SELECT value::bigint FROM json_array_elements_text((:ids)::json))

-- name: remove_entities
DELETE FROM entities WHERE id IN (SELECT value::bigint FROM json_array_elements_text((:ids)::json))

-- name: listing_sizes
SELECT l.scope, (
  SELECT count(*) FROM (SELECT 1 FROM entities e WHERE e.scope = l.scope AND e.state = 'live' LIMIT :most) found
) AS n
FROM json_array_elements_text(CAST(:listings AS json)) AS l (scope)

-- name: listings
SELECT l.n, f.fingerprint, (
  SELECT count(*) FROM (
    SELECT 1 FROM entities e WHERE e.scope = l.scope COLLATE "C" AND e.node = l.node COLLATE "C" LIMIT :most
  ) found
)
FROM (
    SELECT (n - 1)::int AS n, key ->> 0 AS scope, key ->> 1 AS node
    FROM json_array_elements((:listings)::json) WITH ORDINALITY AS k (key, n)
) AS l
LEFT JOIN fingerprints AS f ON f.scope = l.scope COLLATE "C" AND f.node = l.node COLLATE "C"

-- name: entities_of_listings
SELECT l.n, e.id, e.mark, e.owner
FROM (
    SELECT (n - 1)::int AS n, key ->> 0 AS scope, key ->> 1 AS node
    FROM json_array_elements((:listings)::json) WITH ORDINALITY AS k (key, n)
) AS l
JOIN entities AS e ON e.scope = l.scope COLLATE "C" AND e.node = l.node COLLATE "C"
WHERE e.state <> 'deleted'

-- name: resolver_children_containing
SELECT e.id, e.type, e.fqn, e.name, {octets}(c.content)
FROM entities AS e JOIN contents AS c ON c.id = e.id
WHERE e.parent = :parent AND e.type = :type AND e.state = 'live' AND e.fqn > :after AND e.fqn <= :until
    AND EXISTS (SELECT 1 FROM json_array_elements_text((:containing)::json) AS p WHERE strpos(c.content, p) > 0)
ORDER BY e.fqn LIMIT :limit

-- name: resolver_named
SELECT q.n, e.id, e.type, e.fqn, e.name, {octets}(c.content)
FROM (
    SELECT (n - 1)::int AS n, fqn FROM json_array_elements_text((:fqns)::json) WITH ORDINALITY AS k (fqn, n)
) AS q
JOIN entities AS e ON e.fqn = q.fqn COLLATE "C" JOIN contents AS c ON c.id = e.id
WHERE e.state = 'live' AND e.type IN (SELECT value FROM json_array_elements_text((:types)::json))
ORDER BY e.fqn, e.type

-- name: resolver_folded
SELECT lower(e.name), e.id, e.type, e.fqn, e.name, {octets}(c.content)
FROM entities AS e JOIN contents AS c ON c.id = e.id
WHERE e.parent = :parent AND e.state = 'live'
    AND lower(e.name) IN (SELECT value FROM json_array_elements_text((:names)::json))
    AND e.type IN (SELECT value FROM json_array_elements_text((:types)::json))
ORDER BY e.fqn, e.type

-- name: resolver_contents
SELECT id, content FROM contents WHERE id IN (SELECT value::bigint FROM json_array_elements_text((:ids)::json))

-- name: usage_totals
SELECT e.name, sum((s.json::jsonb ->> 'queries')::bigint), max(s.json::jsonb ->> 'last_use')
FROM entities AS d JOIN entities AS e ON e.parent = d.fqn JOIN stats AS s ON s.id = e.id
WHERE d.parent = :parent AND d.type = 'UsageDay' AND d.state = 'live' AND d.name >= :since
    AND e.type = 'Usage' AND e.state = 'live' AND (s.json::jsonb ->> 'queries')::bigint > 0
GROUP BY e.name ORDER BY e.name

-- name: resolver_holders
SELECT DISTINCT parent FROM entities
WHERE fqn > :begin AND fqn < :end AND type IN (SELECT value FROM json_array_elements_text((:types)::json))
    AND state <> 'deleted' AND parent <> :scope AND parent > :after
ORDER BY parent LIMIT :limit
