-- Questions by name. Each sees what the listing of the same objects sees.

-- name: exists_database
-- Whether it can be entered, and whether a listing shows it.
SELECT d.datname, d.datallowconn, NOT d.datistemplate OR d.datname = %(only)s
FROM pg_catalog.pg_database AS d
WHERE d.datname = ANY (%(names)s)

-- name: exists_schema
SELECT n.nspname
FROM pg_catalog.pg_namespace AS n
WHERE n.nspname = ANY (%(names)s)
  AND n.nspname NOT LIKE 'pg\_temp\_%%' AND n.nspname NOT LIKE 'pg\_toast%%'
  AND (%(system)s OR (n.nspname NOT LIKE 'pg\_%%' AND n.nspname <> 'information_schema'))

-- name: exists_relation
SELECT c.relname
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = ANY (%(names)s) AND c.relkind = ANY (%(kinds)s)
  AND (%(partitions)s OR NOT c.relispartition)

-- name: exists_type
SELECT t.typname
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
WHERE n.nspname = %(schema)s AND t.typname = ANY (%(names)s)
  AND (t.typtype IN ('e', 'd', 'r')
       OR t.typtype = 'c' AND (SELECT c.relkind FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid) = 'c')

-- name: exists_routine
SELECT p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')'
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = %(schema)s
  AND p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')' = ANY (%(names)s)

-- name: exists_trigger
SELECT t.tgname
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_class AS c ON c.oid = t.tgrelid
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = %(table)s AND t.tgname = ANY (%(names)s) AND NOT t.tgisinternal
  AND c.relkind = ANY (%(kinds)s) AND (%(partitions)s OR NOT c.relispartition)
