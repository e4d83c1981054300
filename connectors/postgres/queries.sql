-- Catalog queries. A line that ends in "-- from N" is sent to servers of major version N and up only, one that ends in
-- "-- before N" to older ones. Every query of a facet takes the oids of one slice and has the object's oid first.
-- Functions are called only for rows that need them: format_type and pg_get_expr cost more than the row itself.
-- "OFFSET 0" keeps a look-up a look-up: as a join it would read the whole catalog again for every slice.

-- name: identity
SELECT system_identifier::text FROM pg_catalog.pg_control_system()

-- name: databases
SELECT d.datname,
       pg_catalog.pg_get_userbyid(d.datdba),
       pg_catalog.shobj_description(d.oid, 'pg_database'),
       pg_catalog.pg_encoding_to_char(d.encoding),
       d.datcollate
FROM pg_catalog.pg_database AS d
WHERE d.datallowconn AND (NOT d.datistemplate OR d.datname = %(only)s)
  AND (%(only)s::text IS NULL OR d.datname = %(only)s)

-- name: schemas
-- The estimate counts what the walk below a schema lists; child partitions only when they are shown.
SELECT n.nspname,
       n.oid,
       pg_catalog.pg_get_userbyid(n.nspowner),
       d.description,
       coalesce(r.objects, 0) + coalesce(p.objects, 0)
FROM pg_catalog.pg_namespace AS n
LEFT JOIN pg_catalog.pg_description AS d
       ON d.objoid = n.oid AND d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objsubid = 0
LEFT JOIN (SELECT relnamespace, count(*) AS objects
           FROM pg_catalog.pg_class
           WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND (%(partitions)s OR NOT relispartition)
           GROUP BY relnamespace) AS r ON r.relnamespace = n.oid
LEFT JOIN (SELECT pronamespace, count(*) AS objects
           FROM pg_catalog.pg_proc
           GROUP BY pronamespace) AS p ON p.pronamespace = n.oid
WHERE n.nspname NOT LIKE 'pg\_temp\_%%' AND n.nspname NOT LIKE 'pg\_toast%%'
  AND (%(system)s OR (n.nspname NOT LIKE 'pg\_%%' AND n.nspname <> 'information_schema'))
  AND (%(after)s::text IS NULL OR n.nspname >= %(after)s::name COLLATE "C")
  AND (%(until)s::text IS NULL OR n.nspname <= %(until)s::name COLLATE "C")

-- name: list_tables
-- Bounds are names, so that the index on names serves them; a name orders by its bytes.
SELECT n.nspname, c.relname, c.relname, c.oid, 1 + c.relnatts, c.relkind, c.relhastriggers, c.relispartition
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid
WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (%(partitions)s OR NOT c.relispartition)
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

-- name: relations
SELECT c.oid,
       c.relkind,
       pg_catalog.pg_get_userbyid(c.relowner),
       c.reltuples::float8,
       c.relpages::int8 * pg_catalog.current_setting('block_size')::int8,
       c.relpersistence,
       CASE c.relam WHEN 0 THEN NULL WHEN 2 THEN 'heap'
            ELSE (SELECT am.amname FROM pg_catalog.pg_am AS am WHERE am.oid = c.relam) END,
       c.reloptions
FROM pg_catalog.pg_class AS c
WHERE c.oid = ANY (%b::oid[])

-- name: comments
SELECT d.objoid, d.objsubid, d.description
FROM pg_catalog.pg_description AS d
WHERE d.objoid = ANY (%b::oid[]) AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass

-- name: columns
SELECT a.attrelid,
       a.attnum,
       a.attname,
       a.atttypid,
       a.atttypmod,
       a.attnotnull,
       a.attidentity,
       a.attgenerated,
       CASE WHEN a.attcollation NOT IN (0, 100)
            THEN (SELECT l.collname FROM pg_catalog.pg_collation AS l WHERE l.oid = a.attcollation) END,
       CASE WHEN a.atthasdef
            THEN (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                  FROM pg_catalog.pg_attrdef AS d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END
FROM pg_catalog.pg_attribute AS a
WHERE a.attrelid = ANY (%b::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attrelid, a.attnum

-- name: types
-- Every type that the given ones are made of, to any depth; typmods travel with elements and domains.
WITH RECURSIVE wanted (oid, typmod) AS (
    SELECT *
    FROM ROWS FROM (pg_catalog.unnest(%(oids)b::oid[]), pg_catalog.unnest(%(typmods)b::int4[])) AS given (oid, typmod)
    UNION
    SELECT part.oid, part.typmod
    FROM wanted AS w
    JOIN pg_catalog.pg_type AS t ON t.oid = w.oid
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
JOIN pg_catalog.pg_type AS t ON t.oid = w.oid
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace

-- name: constraints
-- Referred columns by one look-up where there is one, which is the rule.
SELECT k.conrelid,
       k.contype,
       k.conname,
       k.conkey,
       r.nspname,
       r.relname,
       CASE WHEN k.contype <> 'f' THEN NULL
            WHEN pg_catalog.cardinality(k.confkey) = 1 THEN ARRAY[(
                SELECT a.attname::text FROM pg_catalog.pg_attribute AS a
                WHERE a.attrelid = k.confrelid AND a.attnum = k.confkey[1])]
            ELSE ARRAY(
                SELECT a.attname::text
                FROM pg_catalog.unnest(k.confkey) WITH ORDINALITY AS u (attnum, place)
                JOIN pg_catalog.pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.attnum
                ORDER BY u.place) END,
       k.confupdtype,
       k.confdeltype,
       CASE k.contype WHEN 'c' THEN pg_catalog.pg_get_expr(k.conbin, k.conrelid)
                      WHEN 'x' THEN pg_catalog.pg_get_constraintdef(k.oid) END,
       k.condeferrable,
       k.conenforced -- from 18
       true -- before 18
FROM pg_catalog.pg_constraint AS k
LEFT JOIN LATERAL (
    SELECT (SELECT n.nspname FROM pg_catalog.pg_namespace AS n WHERE n.oid = t.relnamespace) AS nspname, t.relname
    FROM pg_catalog.pg_class AS t
    WHERE t.oid = k.confrelid OFFSET 0) AS r ON k.contype = 'f'
WHERE k.conrelid = ANY (%b::oid[]) AND k.contype IN ('p', 'u', 'f', 'c', 'x')
  -- A key into a partitioned table has hidden twins, one into each of its partitions.
  AND (k.conparentid = 0 OR NOT EXISTS (
      SELECT FROM pg_catalog.pg_constraint AS up WHERE up.oid = k.conparentid AND up.conrelid = k.conrelid))

-- name: indexes
SELECT i.indrelid,
       c.relname,
       i.indkey::text,
       i.indnkeyatts,
       i.indisunique,
       CASE c.relam WHEN 403 THEN 'btree'
            ELSE (SELECT am.amname FROM pg_catalog.pg_am AS am WHERE am.oid = c.relam) END,
       CASE WHEN i.indpred IS NOT NULL THEN pg_catalog.pg_get_expr(i.indpred, i.indrelid) END,
       CASE WHEN i.indexprs IS NOT NULL THEN ARRAY(
           SELECT pg_catalog.pg_get_indexdef(i.indexrelid, place, false)
           FROM pg_catalog.generate_series(1, i.indnatts) AS place) END,
       (SELECT d.description
        FROM pg_catalog.pg_description AS d
        WHERE d.objoid = i.indexrelid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid = 0)
FROM pg_catalog.pg_index AS i
CROSS JOIN LATERAL (SELECT r.relname, r.relam FROM pg_catalog.pg_class AS r WHERE r.oid = i.indexrelid OFFSET 0) AS c
WHERE i.indrelid = ANY (%b::oid[])

-- name: triggers
SELECT t.tgrelid,
       t.tgname,
       t.tgtype,
       t.tgenabled,
       n.nspname,
       p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')',
       pg_catalog.pg_get_triggerdef(t.oid),
       t.tgqual IS NOT NULL,
       pg_catalog.obj_description(t.oid, 'pg_trigger')
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE t.tgrelid = ANY (%b::oid[]) AND NOT t.tgisinternal
ORDER BY t.tgrelid, t.tgname

-- name: views
SELECT c.oid, pg_catalog.pg_get_viewdef(c.oid, true)
FROM pg_catalog.pg_class AS c
WHERE c.oid = ANY (%b::oid[])

-- name: partitioning
SELECT c.oid,
       CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
       p.partattrs::text,
       CASE WHEN c.relkind = 'p'
            THEN (SELECT count(*) FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = c.oid) END,
       pn.nspname,
       pc.relname,
       CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END
FROM pg_catalog.pg_class AS c
LEFT JOIN pg_catalog.pg_partitioned_table AS p ON p.partrelid = c.oid
LEFT JOIN pg_catalog.pg_inherits AS h ON h.inhrelid = c.oid AND c.relispartition
LEFT JOIN pg_catalog.pg_class AS pc ON pc.oid = h.inhparent
LEFT JOIN pg_catalog.pg_namespace AS pn ON pn.oid = pc.relnamespace
WHERE c.oid = ANY (%b::oid[])

-- name: foreign
SELECT f.ftrelid, s.srvname, w.fdwname, f.ftoptions
FROM pg_catalog.pg_foreign_table AS f
JOIN pg_catalog.pg_foreign_server AS s ON s.oid = f.ftserver
JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
WHERE f.ftrelid = ANY (%b::oid[])

-- name: sizes
SELECT c.oid, pg_catalog.pg_total_relation_size(c.oid)
FROM pg_catalog.pg_class AS c
WHERE c.oid = ANY (%b::oid[])

-- name: locked
-- What another session holds exclusively, and the views over it.
WITH held AS (
    SELECT k.relation
    FROM pg_catalog.pg_locks AS k
    WHERE k.locktype = 'relation' AND k.mode = 'AccessExclusiveLock' AND k.granted
      AND k.database = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
)
SELECT relation FROM held WHERE relation = ANY (%(oids)b::oid[])
UNION
SELECT i.indrelid FROM held JOIN pg_catalog.pg_index AS i ON i.indexrelid = held.relation
WHERE i.indrelid = ANY (%(oids)b::oid[])
UNION
SELECT r.ev_class
FROM held
JOIN pg_catalog.pg_depend AS d
  ON d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = held.relation
 AND d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
JOIN pg_catalog.pg_rewrite AS r ON r.oid = d.objid
WHERE r.ev_class = ANY (%(oids)b::oid[])

-- name: sequences
SELECT c.oid,
       pg_catalog.pg_get_userbyid(c.relowner),
       pg_catalog.obj_description(c.oid, 'pg_class'),
       pg_catalog.format_type(s.seqtypid, NULL),
       s.seqstart,
       s.seqincrement,
       s.seqmin,
       s.seqmax,
       s.seqcycle,
       own.nspname,
       own.relname,
       own.attname
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_sequence AS s ON s.seqrelid = c.oid
LEFT JOIN LATERAL (
    SELECT n.nspname, t.relname, a.attname
    FROM pg_catalog.pg_depend AS p
    JOIN pg_catalog.pg_class AS t ON t.oid = p.refobjid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = t.relnamespace
    JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = p.refobjsubid
    WHERE p.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.objid = c.oid AND p.objsubid = 0
      AND p.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND p.refobjsubid > 0 AND p.deptype IN ('a', 'i')
    LIMIT 1) AS own ON true
WHERE c.oid = ANY (%b::oid[])

-- name: sequence_values
-- A sequence that we may not read, or that a standby does not have, has no value to tell.
SELECT c.oid, pg_catalog.pg_sequence_last_value(c.oid)
FROM pg_catalog.pg_class AS c
WHERE c.oid = ANY (%b::oid[])
  AND pg_catalog.has_sequence_privilege(c.oid, 'USAGE, SELECT')
  AND (c.relpersistence = 'p' OR NOT pg_catalog.pg_is_in_recovery())

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
       t.typnotnull
FROM pg_catalog.pg_type AS t
WHERE t.oid = ANY (%b::oid[])

-- name: domain_checks
SELECT k.contypid, k.conname, pg_catalog.pg_get_expr(k.conbin, 0)
FROM pg_catalog.pg_constraint AS k
WHERE k.contypid = ANY (%b::oid[]) AND k.contype = 'c'

-- name: routines
SELECT p.oid,
       pg_catalog.pg_get_userbyid(p.proowner),
       pg_catalog.obj_description(p.oid, 'pg_proc'),
       p.prokind,
       l.lanname,
       p.proargnames,
       p.proargmodes::text[],
       ARRAY(SELECT pg_catalog.format_type(u.type, NULL)
             FROM pg_catalog.unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) WITH ORDINALITY AS u (type, place)
             ORDER BY u.place),
       CASE WHEN p.pronargdefaults > 0 THEN ARRAY(
           SELECT pg_catalog.pg_get_function_arg_default(p.oid, place)
           FROM pg_catalog.generate_series(
               1, pg_catalog.cardinality(coalesce(p.proallargtypes, p.proargtypes::oid[]))) AS place) END,
       pg_catalog.pg_get_function_result(p.oid),
       coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc), -- from 14
       p.prosrc, -- before 14
       p.provolatile,
       p.prosecdef
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE p.oid = ANY (%b::oid[])

-- name: exists_database
SELECT datname FROM pg_catalog.pg_database WHERE datname = ANY (%(names)s)

-- name: exists_schema
SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = ANY (%(names)s)

-- name: exists_relation
SELECT c.relname
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = %(schema)s AND c.relname = ANY (%(names)s) AND c.relkind = ANY (%(kinds)s)

-- name: exists_type
SELECT t.typname
FROM pg_catalog.pg_type AS t
JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
WHERE n.nspname = %(schema)s AND t.typname = ANY (%(names)s)

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
