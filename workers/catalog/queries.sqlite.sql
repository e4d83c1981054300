-- SQLite. Statements with question marks get tuples: they run once per new or looked-up row.

-- name: lookup
SELECT w.key, e.id, e.hash, e.hash_version, e.changed_run, e.state, e.doubt, s.json
FROM json_each(:keys) AS w
JOIN entities AS e ON e.fqn = json_extract(w.value, '$[0]') AND e.type = json_extract(w.value, '$[1]')
LEFT JOIN stats AS s ON s.id = e.id

-- name: last_id
SELECT coalesce(max(id), 0) FROM entities

-- name: insert_entities
INSERT INTO entities (
    id, type, fqn, parent, name, service, node, scope, owner, mark, hash, hash_version, changed_run,
    first_seen, changed_at
) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: insert_contents
INSERT INTO contents (id, content, words) VALUES (?, ?, ?)

-- name: insert_large_contents
-- The last value says whether to insert anything: see the writer.
INSERT INTO contents (id, content, words) SELECT ?, ?, ? WHERE ?

-- name: index_words
INSERT INTO search (rowid, words) VALUES (?, ?)

-- name: unindex_words
INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)

-- name: update_content
UPDATE contents SET content = ?, words = ? WHERE id = ?

-- name: insert_stats
INSERT INTO stats (id, json) VALUES (?, ?)

-- name: insert_events
INSERT INTO events (seq, type, fqn, kind, diff, run, at) VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: search
SELECT e.type, e.fqn, e.parent, e.name, e.service, e.state
FROM (SELECT rowid FROM search WHERE search MATCH :query LIMIT 5000) AS hit
JOIN entities AS e ON e.id = hit.rowid
WHERE e.state <> 'deleted'
ORDER BY lower(e.name) <> :words, instr(lower(e.name), :words) <> 1, instr(lower(e.name), :words) = 0, length(e.fqn),
    e.fqn, e.type
LIMIT :limit

-- name: unindex_ids
INSERT INTO search (search, rowid, words)
SELECT 'delete', id, words FROM contents WHERE id IN (SELECT value FROM json_each(:ids))

-- name: remove_contents
DELETE FROM contents WHERE id IN (SELECT value FROM json_each(:ids))

-- name: remove_stats
DELETE FROM stats WHERE id IN (SELECT value FROM json_each(:ids))

-- name: remove_entities
DELETE FROM entities WHERE id IN (SELECT value FROM json_each(:ids))

-- name: listing_sizes
SELECT l.value AS scope, (
  SELECT count(*) FROM (SELECT 1 FROM entities e WHERE e.scope = l.value AND e.state = 'live' LIMIT :most) found
) AS n
FROM json_each(:listings) AS l

-- name: listings
SELECT l.key, f.fingerprint, (
  SELECT count(*) FROM (
    SELECT 1 FROM entities e
    WHERE e.scope = json_extract(l.value, '$[0]') AND e.node = json_extract(l.value, '$[1]') LIMIT :most
  ) found
)
FROM json_each(:listings) AS l
LEFT JOIN fingerprints AS f ON f.scope = json_extract(l.value, '$[0]') AND f.node = json_extract(l.value, '$[1]')

-- name: entities_of_listings
SELECT l.key, e.id, e.mark, e.owner
FROM json_each(:listings) AS l
JOIN entities AS e ON e.scope = json_extract(l.value, '$[0]') AND e.node = json_extract(l.value, '$[1]')
WHERE e.state <> 'deleted'

-- name: resolver_children_containing
SELECT e.id, e.type, e.fqn, e.name, {octets}(c.content)
FROM entities AS e JOIN contents AS c ON c.id = e.id
WHERE e.parent = :parent AND e.type = :type AND e.state = 'live' AND e.fqn > :after AND e.fqn <= :until
    AND EXISTS (SELECT 1 FROM json_each(:containing) AS p WHERE instr(c.content, p.value) > 0)
ORDER BY e.fqn LIMIT :limit

-- name: resolver_named
SELECT q.key, e.id, e.type, e.fqn, e.name, {octets}(c.content)
FROM json_each(:fqns) AS q JOIN entities AS e ON e.fqn = q.value JOIN contents AS c ON c.id = e.id
WHERE e.state = 'live' AND e.type IN (SELECT value FROM json_each(:types))
ORDER BY e.fqn, e.type

-- name: resolver_folded
SELECT lower(e.name), e.id, e.type, e.fqn, e.name, {octets}(c.content)
FROM entities AS e JOIN contents AS c ON c.id = e.id
WHERE e.parent = :parent AND e.state = 'live' AND lower(e.name) IN (SELECT value FROM json_each(:names))
    AND e.type IN (SELECT value FROM json_each(:types))
ORDER BY e.fqn, e.type

-- name: resolver_contents
SELECT id, content FROM contents WHERE id IN (SELECT value FROM json_each(:ids))

-- name: usage_totals
SELECT e.name, sum(json_extract(s.json, '$.queries')), max(json_extract(s.json, '$.last_use'))
FROM entities AS d JOIN entities AS e ON e.parent = d.fqn JOIN stats AS s ON s.id = e.id
WHERE d.parent = :parent AND d.type = 'UsageDay' AND d.state = 'live' AND d.name >= :since
    AND e.type = 'Usage' AND e.state = 'live' AND json_extract(s.json, '$.queries') > 0
GROUP BY e.name ORDER BY e.name

-- name: resolver_holders
SELECT DISTINCT parent FROM entities
WHERE fqn > :begin AND fqn < :end AND type IN (SELECT value FROM json_each(:types)) AND state <> 'deleted'
    AND parent <> :scope AND parent > :after
ORDER BY parent LIMIT :limit
