-- name: version
SELECT version()

-- name: database
SELECT d.database_name, d.comment FROM duckdb_databases() d WHERE d.database_name = current_database()

-- The schemas, each by its whole path: $paths is one of the next two; sql is the path as a statement writes it.

-- name: paths
paths AS (
    SELECT s.oid, s.schema_name AS leaf, s.schema_name AS name, $part AS part, $sql AS sql
    FROM duckdb_schemas() s
    WHERE s.database_name = current_database() AND s.parent_schema_oid IS NULL
      AND (s.schema_name = 'main' OR NOT s.internal)
    UNION ALL
    SELECT s.oid, s.schema_name, p.part || '.' || $part, p.part || '.' || $part, p.sql || '.' || $sql
    FROM duckdb_schemas() s JOIN paths p ON s.parent_schema_oid = p.oid
    WHERE s.database_name = current_database()
)

-- name: flat_paths
paths AS (
    SELECT s.oid, s.schema_name AS leaf, s.schema_name AS name, $sql AS sql
    FROM duckdb_schemas() s
    WHERE s.database_name = current_database() AND (s.schema_name = 'main' OR NOT s.internal)
)

-- name: part
CASE WHEN contains(s.schema_name, '.') OR contains(s.schema_name, '"') THEN $sql ELSE s.schema_name END

-- name: sql
'"' || replace(s.schema_name, '"', '""') || '"'

-- name: schema_paths
WITH RECURSIVE $paths
SELECT p.name, p.sql FROM paths p

-- name: schemas
WITH RECURSIVE $paths
SELECT p.name, s.comment,
       (SELECT count(*) FROM duckdb_tables() t WHERE t.schema_oid = s.oid AND NOT t.temporary)
       + (SELECT count(*) FROM duckdb_views() v WHERE v.schema_oid = s.oid AND NOT v.temporary)
FROM duckdb_schemas() s JOIN paths p ON p.oid = s.oid
WHERE s.database_name = current_database()

-- name: relations
WITH RECURSIVE $paths
SELECT p.name, t.table_name, t.table_oid, 'regular', t.column_count, strlen(t.sql)
FROM duckdb_tables() t JOIN paths p ON p.oid = t.schema_oid
WHERE t.database_name = current_database() AND NOT t.internal AND NOT t.temporary
  AND p.name IN (SELECT unnest($schemas))
UNION ALL
SELECT p.name, v.view_name, v.view_oid, 'view', v.column_count, strlen(v.sql)
FROM duckdb_views() v JOIN paths p ON p.oid = v.schema_oid
WHERE v.database_name = current_database() AND NOT v.internal AND NOT v.temporary
  AND p.name IN (SELECT unnest($schemas))

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
-- A key keeps the name of its target as it was typed, in any case of A to Z; the target's own names come with it.
SELECT c.table_oid, c.constraint_type, c.constraint_name, c.constraint_column_names, c.expression,
       coalesce(r.table_name, c.referenced_table), c.referenced_column_names,
       (SELECT list(k.column_name) FROM duckdb_columns() k WHERE k.database_oid = c.database_oid
          AND k.table_oid = r.table_oid)
FROM duckdb_constraints() c
LEFT JOIN duckdb_tables() r
  ON r.database_oid = c.database_oid AND r.schema_oid = c.schema_oid
 AND translate(r.table_name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')
   = translate(c.referenced_table, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')
WHERE c.database_name = current_database() AND c.constraint_type <> 'NOT NULL'
  AND c.table_oid IN (SELECT unnest($ids))
ORDER BY c.table_oid, c.constraint_index

-- name: indexes
-- The expressions are the text of a list; DuckDB takes it apart as it put it together.
SELECT i.table_oid, i.index_name, i.is_unique, CAST(i.expressions AS VARCHAR[]), i.comment, i.sql
FROM duckdb_indexes() i
WHERE i.database_name = current_database() AND i.table_oid IN (SELECT unnest($ids))
ORDER BY i.table_oid, i.index_name

-- name: triggers
-- A trigger keeps the name of its table as it was typed, in any case of A to Z.
SELECT t.table_oid, g.trigger_name, g.action_timing, g.event_manipulation, g.columns, g.for_each, g.comment, g.sql
FROM duckdb_triggers() g
JOIN duckdb_tables() t
  ON t.database_oid = g.database_oid AND t.schema_oid = g.schema_oid
 AND translate(t.table_name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')
   = translate(g.table_name, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz')
WHERE g.database_name = current_database() AND NOT g.temporary AND t.table_oid IN (SELECT unnest($ids))
ORDER BY t.table_oid, g.trigger_name

-- name: sequences
-- start_value is no fact: in a file that was closed it is the next number.
WITH RECURSIVE $paths
SELECT p.name, s.sequence_name, s.comment, s.increment_by, s.min_value, s.max_value, s.cycle, s.last_value
FROM duckdb_sequences() s JOIN paths p ON p.oid = s.schema_oid
WHERE s.database_name = current_database() AND NOT s.temporary AND p.name IN (SELECT unnest($schemas))

-- name: types
WITH RECURSIVE $paths
SELECT p.name, t.type_name, t.comment, t.logical_type, t.labels
FROM duckdb_types() t JOIN paths p ON p.oid = t.schema_oid
WHERE t.database_name = current_database() AND NOT t.internal AND p.name IN (SELECT unnest($schemas))

-- a macro's schema has no oid here: where several schemas have one last name, nothing tells them apart

-- name: macros
WITH RECURSIVE $paths
SELECT p.name, f.function_name, f.comment, f.function_type, f.parameters, f.parameter_types, f.macro_definition,
       (SELECT count(*) FROM paths q WHERE q.leaf = f.schema_name)
FROM duckdb_functions() f JOIN paths p ON p.leaf = f.schema_name
WHERE f.database_name = current_database() AND NOT f.internal AND p.name IN (SELECT unnest($schemas))
  AND f.function_type IN ('macro', 'table_macro')
