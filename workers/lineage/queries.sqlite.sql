-- SQLite. Rows, ids and marks travel as one JSON text. Parameters: :name.

-- name: insert_edges
INSERT INTO lineage_edges (
    teller, n, source_mark, target_mark, source_type, source, target_type, target, evidence, proven,
    confidence, by_column
)
SELECT json_extract(r.value, '$[0]'), json_extract(r.value, '$[1]'), json_extract(r.value, '$[2]'),
    json_extract(r.value, '$[3]'), json_extract(r.value, '$[4]'), json_extract(r.value, '$[5]'),
    json_extract(r.value, '$[6]'), json_extract(r.value, '$[7]'), json_extract(r.value, '$[8]'),
    json_extract(r.value, '$[9]'), json_extract(r.value, '$[10]'), json_extract(r.value, '$[11]')
FROM json_each(:rows) AS r

-- name: insert_columns
INSERT INTO lineage_columns (teller, n, target_mark, source_mark, transformation, target_column, source_column)
SELECT json_extract(r.value, '$[0]'), json_extract(r.value, '$[1]'), json_extract(r.value, '$[2]'),
    json_extract(r.value, '$[3]'), json_extract(r.value, '$[4]'), json_extract(r.value, '$[5]'), json_extract(r.value, '$[6]')
FROM json_each(:rows) AS r

-- name: remove_edges
DELETE FROM lineage_edges WHERE teller IN (SELECT value FROM json_each(:ids))

-- name: remove_columns
DELETE FROM lineage_columns WHERE teller IN (SELECT value FROM json_each(:ids))

-- name: downstream
SELECT w.value, NULL, NULL, NULL,
    e.target_type, e.target, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state
FROM json_each(:marks) AS w
JOIN lineage_edges AS e ON e.source_mark = w.value
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
LIMIT :limit

-- name: downstream_reach
WITH RECURSIVE reach (mark) AS (
    SELECT w.value FROM json_each(:marks) AS w
    UNION
    SELECT e.target_mark
    FROM reach JOIN lineage_edges AS e ON e.source_mark = reach.mark JOIN entities AS t ON t.id = e.teller
    WHERE t.state <> 'deleted'
)
SELECT reach.mark, NULL, NULL, NULL,
    e.target_type, e.target, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state, e.source_type, e.source
FROM reach
JOIN lineage_edges AS e ON e.source_mark = reach.mark
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
LIMIT :limit

-- name: downstream_columns
SELECT json_extract(w.value, '$[0]'), json_extract(w.value, '$[1]'), c.target_column, c.transformation,
    e.target_type, e.target, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state
FROM json_each(:places) AS w
JOIN lineage_edges AS e ON e.source_mark = json_extract(w.value, '$[0]')
LEFT JOIN lineage_columns AS c ON c.teller = e.teller AND c.n = e.n
    AND c.source_mark = json_extract(w.value, '$[2]')
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted' AND (c.teller IS NOT NULL OR e.by_column = 0)
LIMIT :limit

-- name: upstream
SELECT w.value, NULL, NULL, NULL,
    e.source_type, e.source, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state
FROM json_each(:marks) AS w
JOIN lineage_edges AS e ON e.target_mark = w.value
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
LIMIT :limit

-- name: upstream_reach
WITH RECURSIVE reach (mark) AS (
    SELECT w.value FROM json_each(:marks) AS w
    UNION
    SELECT e.source_mark
    FROM reach JOIN lineage_edges AS e ON e.target_mark = reach.mark JOIN entities AS t ON t.id = e.teller
    WHERE t.state <> 'deleted'
)
SELECT reach.mark, NULL, NULL, NULL,
    e.source_type, e.source, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state, e.target_type, e.target
FROM reach
JOIN lineage_edges AS e ON e.target_mark = reach.mark
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
LIMIT :limit

-- name: upstream_columns
SELECT json_extract(w.value, '$[0]'), json_extract(w.value, '$[1]'), c.source_column, c.transformation,
    e.source_type, e.source, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state
FROM json_each(:places) AS w
JOIN lineage_edges AS e ON e.target_mark = json_extract(w.value, '$[0]')
LEFT JOIN lineage_columns AS c ON c.teller = e.teller AND c.n = e.n
    AND c.target_mark IN (json_extract(w.value, '$[2]'), 0)
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted' AND (c.teller IS NOT NULL OR e.by_column = 0)
LIMIT :limit

-- name: ends_downstream
SELECT e.teller, e.n, e.source_type, e.source, e.target_type, e.target
FROM json_each(:marks) AS w
JOIN lineage_edges AS e ON e.source_mark = w.value
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
LIMIT :limit

-- name: ends_upstream
SELECT e.teller, e.n, e.source_type, e.source, e.target_type, e.target
FROM json_each(:marks) AS w
JOIN lineage_edges AS e ON e.target_mark = w.value
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
LIMIT :limit

-- name: states
SELECT x.type, x.fqn, x.state
FROM json_each(:places) AS w
JOIN entities AS x ON x.fqn = json_extract(w.value, '$[1]') AND x.type = json_extract(w.value, '$[0]')
WHERE x.state <> 'deleted'

-- name: statistics_of
SELECT s.id, s.json
FROM json_each(:tellers) AS w JOIN stats AS s ON s.id = w.value

-- name: columns_of
SELECT c.teller, c.n, c.target_column, c.source_column, c.transformation
FROM json_each(:edges) AS w
JOIN lineage_columns AS c ON c.teller = json_extract(w.value, '$[0]') AND c.n = json_extract(w.value, '$[1]')
ORDER BY c.teller, c.n, c.target_column, c.source_column, c.transformation
LIMIT :limit

-- name: go_down
SELECT w.value FROM json_each(:marks) AS w
WHERE EXISTS (
    SELECT 1 FROM lineage_edges AS e JOIN entities AS t ON t.id = e.teller
    WHERE e.source_mark = w.value AND t.state <> 'deleted'
)

-- name: go_up
SELECT w.value FROM json_each(:marks) AS w
WHERE EXISTS (
    SELECT 1 FROM lineage_edges AS e JOIN entities AS t ON t.id = e.teller
    WHERE e.target_mark = w.value AND t.state <> 'deleted'
)

-- name: count_downstream
SELECT count(DISTINCT e.target_mark)
FROM json_each(:marks) AS w
JOIN lineage_edges AS e ON e.source_mark = w.value
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'

-- name: count_upstream
SELECT count(DISTINCT e.source_mark)
FROM json_each(:marks) AS w
JOIN lineage_edges AS e ON e.target_mark = w.value
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'

-- name: widen
-- A walk jumps about in the file: with the cache of a crawl it would read most pages again and again.
PRAGMA cache_size = -32000
