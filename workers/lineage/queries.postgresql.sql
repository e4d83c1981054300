-- PostgreSQL. Rows, ids and marks travel as one JSON text. Parameters: :name.

-- name: insert_edges
INSERT INTO lineage_edges (
    teller, n, source_mark, target_mark, source_type, source, target_type, target, evidence, proven,
    confidence, by_column
)
SELECT (r.value ->> 0)::bigint, (r.value ->> 1)::integer, (r.value ->> 2)::bigint, (r.value ->> 3)::bigint,
    r.value ->> 4, r.value ->> 5, r.value ->> 6, r.value ->> 7,
    r.value ->> 8, (r.value ->> 9)::integer, (r.value ->> 10)::double precision, (r.value ->> 11)::integer
FROM json_array_elements((:rows)::json) AS r (value)

-- name: insert_columns
INSERT INTO lineage_columns (teller, n, target_mark, source_mark, transformation, target_column, source_column)
SELECT (r.value ->> 0)::bigint, (r.value ->> 1)::integer, (r.value ->> 2)::bigint, (r.value ->> 3)::bigint,
    r.value ->> 4, r.value ->> 5, r.value ->> 6
FROM json_array_elements((:rows)::json) AS r (value)

-- name: remove_edges
DELETE FROM lineage_edges WHERE teller IN (SELECT value::bigint FROM json_array_elements_text((:ids)::json))

-- name: remove_columns
DELETE FROM lineage_columns WHERE teller IN (SELECT value::bigint FROM json_array_elements_text((:ids)::json))

-- name: downstream
SELECT w.value::bigint, NULL, NULL, NULL,
    e.target_type, e.target, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state
FROM json_array_elements_text((:marks)::json) AS w (value)
JOIN lineage_edges AS e ON e.source_mark = w.value::bigint
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
LIMIT :limit

-- name: downstream_reach
WITH RECURSIVE reach (mark) AS (
    SELECT w.value::bigint FROM json_array_elements_text((:marks)::json) AS w (value)
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
SELECT (w.value ->> 0)::bigint, w.value ->> 1, c.target_column, c.transformation,
    e.target_type, e.target, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state
FROM json_array_elements((:places)::json) AS w (value)
JOIN lineage_edges AS e ON e.source_mark = (w.value ->> 0)::bigint
LEFT JOIN lineage_columns AS c ON c.teller = e.teller AND c.n = e.n
    AND c.source_mark = (w.value ->> 2)::bigint
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted' AND (c.teller IS NOT NULL OR e.by_column = 0)
LIMIT :limit

-- name: upstream
SELECT w.value::bigint, NULL, NULL, NULL,
    e.source_type, e.source, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state
FROM json_array_elements_text((:marks)::json) AS w (value)
JOIN lineage_edges AS e ON e.target_mark = w.value::bigint
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
LIMIT :limit

-- name: upstream_reach
WITH RECURSIVE reach (mark) AS (
    SELECT w.value::bigint FROM json_array_elements_text((:marks)::json) AS w (value)
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
SELECT (w.value ->> 0)::bigint, w.value ->> 1, c.source_column, c.transformation,
    e.source_type, e.source, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state
FROM json_array_elements((:places)::json) AS w (value)
JOIN lineage_edges AS e ON e.target_mark = (w.value ->> 0)::bigint
LEFT JOIN lineage_columns AS c ON c.teller = e.teller AND c.n = e.n
    AND c.target_mark IN ((w.value ->> 2)::bigint, 0)
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted' AND (c.teller IS NOT NULL OR e.by_column = 0)
LIMIT :limit

-- name: ends_downstream
SELECT e.teller, e.n, e.source_type, e.source, e.target_type, e.target
FROM json_array_elements_text((:marks)::json) AS w (value)
JOIN lineage_edges AS e ON e.source_mark = w.value::bigint
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
LIMIT :limit

-- name: ends_upstream
SELECT e.teller, e.n, e.source_type, e.source, e.target_type, e.target
FROM json_array_elements_text((:marks)::json) AS w (value)
JOIN lineage_edges AS e ON e.target_mark = w.value::bigint
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
LIMIT :limit

-- name: states
SELECT x.type, x.fqn, x.state
FROM json_array_elements((:places)::json) AS w (value)
JOIN entities AS x ON x.fqn = w.value ->> 1 AND x.type = w.value ->> 0
WHERE x.state <> 'deleted'

-- name: statistics_of
SELECT s.id, s.json
FROM json_array_elements_text((:tellers)::json) AS w (value) JOIN stats AS s ON s.id = w.value::bigint

-- name: columns_of
SELECT c.teller, c.n, c.target_column, c.source_column, c.transformation
FROM json_array_elements((:edges)::json) AS w (value)
JOIN lineage_columns AS c ON c.teller = (w.value ->> 0)::bigint AND c.n = (w.value ->> 1)::integer
ORDER BY c.teller, c.n, c.target_column, c.source_column, c.transformation
LIMIT :limit

-- name: go_down
SELECT w.value::bigint FROM json_array_elements_text((:marks)::json) AS w (value)
WHERE EXISTS (
    SELECT 1 FROM lineage_edges AS e JOIN entities AS t ON t.id = e.teller
    WHERE e.source_mark = w.value::bigint AND t.state <> 'deleted'
)

-- name: go_up
SELECT w.value::bigint FROM json_array_elements_text((:marks)::json) AS w (value)
WHERE EXISTS (
    SELECT 1 FROM lineage_edges AS e JOIN entities AS t ON t.id = e.teller
    WHERE e.target_mark = w.value::bigint AND t.state <> 'deleted'
)

-- name: count_downstream
SELECT count(DISTINCT e.target_mark)
FROM json_array_elements_text((:marks)::json) AS w (value)
JOIN lineage_edges AS e ON e.source_mark = w.value::bigint
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'

-- name: count_upstream
SELECT count(DISTINCT e.source_mark)
FROM json_array_elements_text((:marks)::json) AS w (value)
JOIN lineage_edges AS e ON e.target_mark = w.value::bigint
JOIN entities AS t ON t.id = e.teller
WHERE t.state <> 'deleted'
