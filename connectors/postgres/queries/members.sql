-- What lies in schemas: the listings read from one of these. No catalog has an index on schemas, but pg_depend has one,
-- and what lies in a schema depends on it; "in_range" is for a part of one, by the index on names.
-- A set of oids, since an object may depend on a schema for several reasons. For the server's own schemas, of which
-- public is none, dependencies are not written down.

-- name: relations_of_schemas
pg_catalog.pg_namespace AS n
CROSS JOIN LATERAL (
    SELECT * FROM pg_catalog.pg_class AS m
    WHERE m.relnamespace = n.oid AND m.oid = ANY (ARRAY(
        SELECT d.objid FROM pg_catalog.pg_depend AS d
        WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.refobjid = n.oid
          AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
        UNION ALL
        SELECT o.oid FROM pg_catalog.pg_class AS o
        WHERE n.oid < 16384 AND n.oid <> 2200 AND o.relnamespace = n.oid)) OFFSET 0) AS c

-- name: relations_in_range
-- Bounds are names, so that the index on names serves them; a name orders by its bytes.
pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS c
  ON c.relnamespace = n.oid
 AND (%(after)s::text IS NULL OR c.relname >= %(after)s::name COLLATE "C")
 AND (%(until)s::text IS NULL OR c.relname <= %(until)s::name COLLATE "C")

-- name: types_of_schemas
pg_catalog.pg_namespace AS n
CROSS JOIN LATERAL (
    SELECT * FROM pg_catalog.pg_type AS m
    WHERE m.typnamespace = n.oid AND m.oid = ANY (ARRAY(
        SELECT d.objid FROM pg_catalog.pg_depend AS d
        WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.refobjid = n.oid
          AND d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass
        UNION ALL
        SELECT o.oid FROM pg_catalog.pg_type AS o
        WHERE n.oid < 16384 AND n.oid <> 2200 AND o.typnamespace = n.oid)) OFFSET 0) AS t

-- name: types_in_range
pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_type AS t
  ON t.typnamespace = n.oid
 AND (%(after)s::text IS NULL OR t.typname >= %(after)s::name COLLATE "C")
 AND (%(until)s::text IS NULL OR t.typname <= %(until)s::name COLLATE "C")

-- name: routines_of_schemas
pg_catalog.pg_namespace AS n
CROSS JOIN LATERAL (
    SELECT m.*, m.proname || '(' || pg_catalog.oidvectortypes(m.proargtypes) || ')' AS key
    FROM pg_catalog.pg_proc AS m
    WHERE m.pronamespace = n.oid AND m.oid = ANY (ARRAY(
        SELECT d.objid FROM pg_catalog.pg_depend AS d
        WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.refobjid = n.oid
          AND d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
        UNION ALL
        SELECT o.oid FROM pg_catalog.pg_proc AS o
        WHERE n.oid < 16384 AND n.oid <> 2200 AND o.pronamespace = n.oid)) OFFSET 0) AS p

-- name: routines_in_range
pg_catalog.pg_namespace AS n
JOIN (SELECT m.*, m.proname || '(' || pg_catalog.oidvectortypes(m.proargtypes) || ')' AS key
      FROM pg_catalog.pg_proc AS m) AS p
  ON p.pronamespace = n.oid
 AND (%(after)s::text IS NULL OR p.key COLLATE "C" >= %(after)s)
 AND (%(until)s::text IS NULL OR p.key COLLATE "C" <= %(until)s)
