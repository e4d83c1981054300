-- name: clickhouse_tables
SELECT name, engine, engine_full, as_select, sorting_key, primary_key, partition_key
FROM system.tables
WHERE database = :schema AND name IN :names

-- name: clickhouse_columns
SELECT table, name, default_kind, default_expression
FROM system.columns
WHERE database = :schema AND table IN :names AND default_kind <> ''

-- name: clickhouse_indexes
SELECT table, name, type_full, expr
FROM system.data_skipping_indices
WHERE database = :schema AND table IN :names

-- name: sqlite_indexes
SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN :names
