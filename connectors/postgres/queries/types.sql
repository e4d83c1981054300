-- Types: of columns, with all they are made of, and the user-defined ones themselves.

-- name: types
-- Every type that the given ones are made of, to any depth; typmods travel with elements and domains.
WITH RECURSIVE wanted (oid, typmod) AS (
    SELECT *
    FROM ROWS FROM (pg_catalog.unnest(%(oids)b::oid[]), pg_catalog.unnest(%(typmods)b::int4[])) AS given (oid, typmod)
    UNION
    SELECT part.oid, part.typmod
    FROM wanted AS w
    CROSS JOIN LATERAL (SELECT * FROM pg_catalog.pg_type AS y WHERE y.oid = w.oid OFFSET 0) AS t
    CROSS JOIN LATERAL (
        SELECT t.typelem, w.typmod WHERE t.typcategory = 'A' AND t.typelem <> 0
        UNION ALL
        SELECT t.typbasetype, t.typtypmod WHERE t.typtype = 'd'
        UNION ALL
        SELECT a.atttypid, a.atttypmod
        FROM pg_catalog.pg_attribute AS a
        WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
    ) AS part (oid, typmod)
)
SELECT w.oid,
       w.typmod,
       pg_catalog.format_type(w.oid, w.typmod),
       t.typtype,
       n.nspname,
       t.typname,
       (SELECT l.collname FROM pg_catalog.pg_collation AS l WHERE l.oid = t.typcollation AND l.oid <> 100),
       CASE WHEN t.typtype = 'd' THEN t.typbasetype WHEN t.typcategory = 'A' THEN t.typelem END,
       CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE w.typmod END,
       t.typstorage,
       t.typnotnull,
       CASE WHEN t.typtype = 'e' THEN ARRAY(
           SELECT e.enumlabel FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) END,
       CASE WHEN t.typtype = 'c' THEN ARRAY(
           SELECT a.attname FROM pg_catalog.pg_attribute AS a
           WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) END,
       CASE WHEN t.typtype = 'c' THEN ARRAY(
           SELECT a.atttypid FROM pg_catalog.pg_attribute AS a
           WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) END,
       CASE WHEN t.typtype = 'c' THEN ARRAY(
           SELECT a.atttypmod FROM pg_catalog.pg_attribute AS a
           WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum) END
FROM wanted AS w
CROSS JOIN LATERAL (SELECT * FROM pg_catalog.pg_type AS y WHERE y.oid = w.oid OFFSET 0) AS t
CROSS JOIN LATERAL (SELECT * FROM pg_catalog.pg_namespace AS s WHERE s.oid = t.typnamespace OFFSET 0) AS n

-- name: user_types
SELECT t.oid,
       pg_catalog.pg_get_userbyid(t.typowner),
       pg_catalog.obj_description(t.oid, 'pg_type'),
       t.typtype,
       CASE t.typtype
            WHEN 'd' THEN pg_catalog.format_type(t.typbasetype, t.typtypmod)
            WHEN 'r' THEN (SELECT pg_catalog.format_type(r.rngsubtype, NULL)
                           FROM pg_catalog.pg_range AS r WHERE r.rngtypid = t.oid) END,
       t.typdefault,
       t.typnotnull,
       CASE WHEN t.typtype = 'd' AND t.typcollation NOT IN (0, 100)
            THEN (SELECT l.collname FROM pg_catalog.pg_collation AS l WHERE l.oid = t.typcollation) END,
       -- What a range is made of; a dash stands for no function.
       CASE WHEN t.typtype = 'r' THEN (
           SELECT pg_catalog.json_build_object(
               'multirange', pg_catalog.format_type(r.rngmultitypid, NULL), -- from 14
               'operator class', (SELECT o.opcname FROM pg_catalog.pg_opclass AS o
                                  WHERE o.oid = r.rngsubopc AND NOT o.opcdefault),
               'collation', (SELECT l.collname FROM pg_catalog.pg_collation AS l
                             WHERE l.oid = r.rngcollation AND l.oid <> 100),
               'canonical', r.rngcanonical,
               'subtype diff', r.rngsubdiff)::text
           FROM pg_catalog.pg_range AS r
           WHERE r.rngtypid = t.oid) END,
       t.typacl::text[],
       CASE WHEN t.typacl IS NOT NULL THEN pg_catalog.acldefault('T', t.typowner)::text[] END
FROM pg_catalog.pg_type AS t
WHERE t.oid = ANY (%b::oid[])

-- name: attributes
-- What attributes of composite types have besides their types.
SELECT t.oid,
       a.attname,
       (SELECT l.collname FROM pg_catalog.pg_collation AS l WHERE l.oid = a.attcollation AND l.oid <> 100),
       pg_catalog.col_description(a.attrelid, a.attnum)
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.typrelid
WHERE t.oid = ANY (%b::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  AND (a.attcollation NOT IN (0, 100) OR pg_catalog.col_description(a.attrelid, a.attnum) IS NOT NULL)

-- name: domain_constraints
-- From 17 on, whether a domain takes nulls is a constraint, too.
SELECT k.contypid,
       k.contype,
       k.conname,
       CASE k.contype WHEN 'c' THEN pg_catalog.pg_get_expr(k.conbin, 0) END,
       k.convalidated,
       pg_catalog.obj_description(k.oid, 'pg_constraint')
FROM pg_catalog.pg_constraint AS k
WHERE k.contypid = ANY (%b::oid[]) AND k.contype IN ('c', 'n')
