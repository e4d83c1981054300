-- Statements that both dialects understand. Parameters: :name.

-- name: told_downstream
SELECT NULL, NULL, NULL, NULL,
    e.target_type, e.target, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state
FROM entities AS t
JOIN lineage_edges AS e ON e.teller = t.id
WHERE t.fqn = :fqn AND t.type = 'Lineage' AND t.state <> 'deleted' AND e.target <> t.fqn
LIMIT :limit

-- name: told_upstream
SELECT NULL, NULL, NULL, NULL,
    e.source_type, e.source, e.evidence, e.proven, e.confidence, e.by_column, e.teller, e.n,
    CASE WHEN t.fqn <> e.target THEN t.fqn END, t.state
FROM entities AS t
JOIN lineage_edges AS e ON e.teller = t.id
WHERE t.fqn = :fqn AND t.type = 'Lineage' AND t.state <> 'deleted' AND e.target <> t.fqn
LIMIT :limit

-- name: objects_below
SELECT type, fqn, state FROM entities
WHERE fqn > :after AND fqn < :end AND state <> 'deleted'
ORDER BY fqn, type
LIMIT :limit
