-- The names below schemas: (schema, key, name, oid, weight, ...). The key orders by its bytes.

-- name: list_tables
-- Bounds are names, so that the index on names serves them; a name orders by its bytes. Partitions are listed even
-- where they are not to be shown: what is left out is counted.
SELECT n.nspname, c.relname, c.relname, c.oid, 1 + c.relnatts, c.relkind, c.relhastriggers, c.relispartition,
       NOT c.relispartition AND c.relkind IN ('r', 'f')
       AND EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = c.oid)
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (%(after)s::text IS NULL OR c.relname >= %(after)s::name COLLATE "C")
  AND (%(until)s::text IS NULL OR c.relname <= %(until)s::name COLLATE "C")

-- name: list_sequences
SELECT n.nspname, c.relname, c.relname, c.oid, 1
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
WHERE n.nspname = ANY (%(schemas)s) AND c.relkind = 'S'
  AND (%(after)s::text IS NULL OR c.relname >= %(after)s::name COLLATE "C")
  AND (%(until)s::text IS NULL OR c.relname <= %(until)s::name COLLATE "C")

-- name: list_types
-- Row types of tables, array types and multiranges belong to something else; base types come from extensions in C.
SELECT n.nspname, t.typname, t.typname, t.oid, 1, t.typtype
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_type AS t ON t.typnamespace = n.oid
WHERE n.nspname = ANY (%(schemas)s)
  AND (t.typtype IN ('e', 'd', 'r')
       OR t.typtype = 'c' AND (SELECT c.relkind FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid) = 'c')
  AND (%(after)s::text IS NULL OR t.typname >= %(after)s::name COLLATE "C")
  AND (%(until)s::text IS NULL OR t.typname <= %(until)s::name COLLATE "C")

-- name: list_routines
SELECT n.nspname, k.key, p.proname, p.oid, 1 + pg_catalog.pg_column_size(p.prosrc) / 500
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_proc AS p ON p.pronamespace = n.oid
CROSS JOIN LATERAL (SELECT p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' AS key) AS k
WHERE n.nspname = ANY (%(schemas)s)
  AND (%(after)s::text IS NULL OR k.key COLLATE "C" >= %(after)s)
  AND (%(until)s::text IS NULL OR k.key COLLATE "C" <= %(until)s)

-- name: split
-- Keys that cut a listing into ranges of equal size; the listing stands where the braces are.
SELECT key
FROM (SELECT l.key::text AS key,
             pg_catalog.row_number() OVER (ORDER BY l.key::text COLLATE "C") AS place,
             pg_catalog.count(*) OVER () AS total
      FROM ({listing}) AS l (schema, key)) AS numbered
WHERE place %% %(size)s = 0 AND place < total
ORDER BY place
