-- name: version
SELECT version()

-- name: database
SELECT d.database_name, d.comment FROM duckdb_databases() d WHERE d.database_name = current_database()

-- name: schemas
SELECT s.schema_name, s.comment,
       (SELECT count(*) FROM duckdb_tables() t WHERE t.schema_oid = s.oid AND NOT t.temporary)
       + (SELECT count(*) FROM duckdb_views() v WHERE v.schema_oid = s.oid AND NOT v.temporary)
FROM duckdb_schemas() s
WHERE s.database_name = current_database() AND (s.schema_name = 'main' OR NOT s.internal)

-- name: relations
SELECT t.schema_name, t.table_name, t.table_oid, 'regular', t.column_count
FROM duckdb_tables() t
WHERE t.database_name = current_database() AND NOT t.internal AND NOT t.temporary
  AND t.schema_name IN (SELECT unnest($schemas))
UNION ALL
SELECT v.schema_name, v.view_name, v.view_oid, 'view', v.column_count
FROM duckdb_views() v
WHERE v.database_name = current_database() AND NOT v.internal AND NOT v.temporary
  AND v.schema_name IN (SELECT unnest($schemas))

-- name: objects
SELECT t.table_oid, 'regular', t.comment, t.estimated_size, t.sql
FROM duckdb_tables() t
WHERE t.database_name = current_database() AND t.table_oid IN (SELECT unnest($ids))
UNION ALL
SELECT v.view_oid, 'view', v.comment, NULL, v.sql
FROM duckdb_views() v
WHERE v.database_name = current_database() AND v.view_oid IN (SELECT unnest($ids))

-- name: columns
SELECT c.table_oid, c.column_name, c.column_index, c.data_type, c.is_nullable, c.column_default, c.comment,
       $generated
FROM duckdb_columns() c
WHERE c.database_name = current_database() AND c.table_oid IN (SELECT unnest($ids))
ORDER BY c.table_oid, c.column_index

-- name: constraints
SELECT c.table_oid, c.constraint_type, c.constraint_name, c.constraint_column_names, c.expression,
       c.referenced_table, c.referenced_column_names
FROM duckdb_constraints() c
WHERE c.database_name = current_database() AND c.constraint_type <> 'NOT NULL'
  AND c.table_oid IN (SELECT unnest($ids))
ORDER BY c.table_oid, c.constraint_index

-- name: indexes
SELECT i.table_oid, i.index_name, i.is_unique, i.expressions, i.comment
FROM duckdb_indexes() i
WHERE i.database_name = current_database() AND i.table_oid IN (SELECT unnest($ids))
ORDER BY i.table_oid, i.index_name

-- name: sequences
SELECT s.schema_name, s.sequence_name, s.comment, s.start_value, s.increment_by, s.min_value, s.max_value, s.cycle,
       s.last_value
FROM duckdb_sequences() s
WHERE s.database_name = current_database() AND NOT s.temporary AND s.schema_name IN (SELECT unnest($schemas))

-- name: types
SELECT t.schema_name, t.type_name, t.comment, t.logical_type, t.type_category, t.labels
FROM duckdb_types() t
WHERE t.database_name = current_database() AND NOT t.internal AND t.schema_name IN (SELECT unnest($schemas))

-- name: macros
SELECT f.schema_name, f.function_name, f.comment, f.function_type, f.parameters, f.parameter_types,
       f.macro_definition
FROM duckdb_functions() f
WHERE f.database_name = current_database() AND NOT f.internal AND f.schema_name IN (SELECT unnest($schemas))
  AND f.function_type IN ('macro', 'table_macro')
