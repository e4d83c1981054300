-- The names below schemas: (schema, key, name, oid, weight, ..., extension). The key orders by its bytes. A weight is about 500
-- bytes of what will be read of the object; sizes of texts are told without unpacking them.
-- What belongs to extensions is looked up in one object made once for the statement: a join would be planned by the size
-- of schemas, which nothing tells, and a look-up for each name costs more than the name.
-- What stands where the braces are is in members.sql.

-- name: list_tables
-- Partitions are listed even where they are not to be shown: what is left out is counted.
-- A stored query takes about eight times its text. Comments and expressions are weighed only in a database that has long
-- ones at all, which is when they are stored apart.
SELECT n.nspname, c.relname, c.relname, c.oid,
       1 + c.relnatts + (
           CASE WHEN c.relkind IN ('v', 'm')
                THEN (SELECT coalesce(sum(pg_catalog.octet_length(r.ev_action::text)), 0) / 8
                      FROM pg_catalog.pg_rewrite AS r WHERE r.ev_class = c.oid) ELSE 0 END
           + CASE WHEN (SELECT pg_catalog.pg_relation_size(t.reltoastrelid) > 0 FROM pg_catalog.pg_class AS t
                        WHERE t.oid = 'pg_catalog.pg_description'::pg_catalog.regclass)
                  THEN (SELECT coalesce(sum(pg_catalog.octet_length(d.description)), 0)
                        FROM pg_catalog.pg_description AS d
                        WHERE d.objoid = c.oid AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass) ELSE 0 END
           + CASE WHEN (SELECT pg_catalog.pg_relation_size(t.reltoastrelid) > 0 FROM pg_catalog.pg_class AS t
                        WHERE t.oid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass)
                  THEN (SELECT coalesce(sum(pg_catalog.octet_length(d.adbin::text)), 0)
                        FROM pg_catalog.pg_attrdef AS d WHERE d.adrelid = c.oid) ELSE 0 END
       )::int8 / 500,
       c.relkind,
       -- Foreign keys have triggers of their own, which no user made.
       c.relhastriggers AND EXISTS (
           SELECT FROM pg_catalog.pg_trigger AS t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal OFFSET 0),
       c.relispartition,
       NOT c.relispartition AND c.relkind IN ('r', 'f')
       AND EXISTS (SELECT FROM pg_catalog.pg_inherits AS h WHERE h.inhrelid = c.oid),
       c.relhasrules,
       (SELECT EXISTS (SELECT FROM pg_catalog.pg_policy))
       AND EXISTS (SELECT FROM pg_catalog.pg_policy AS p WHERE p.polrelid = c.oid),
       (SELECT EXISTS (SELECT FROM pg_catalog.pg_statistic_ext))
       AND EXISTS (SELECT FROM pg_catalog.pg_statistic_ext AS s WHERE s.stxrelid = c.oid),
       (SELECT pg_catalog.jsonb_object_agg(d.objid, e.extname)
        FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_depend AS d
          ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid AND d.deptype = 'e'
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass) ->> c.oid::text
FROM {members}
WHERE n.nspname = ANY (%(schemas)s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')

-- name: list_sequences
SELECT n.nspname, c.relname, c.relname, c.oid, 1,
       (SELECT pg_catalog.jsonb_object_agg(d.objid, e.extname)
        FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_depend AS d
          ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid AND d.deptype = 'e'
        WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass) ->> c.oid::text
FROM {members}
WHERE n.nspname = ANY (%(schemas)s) AND c.relkind = 'S'

-- name: list_types
-- Row types of tables, array types and multiranges belong to something else; base types come from extensions in C.
SELECT n.nspname, t.typname, t.typname, t.oid,
       CASE WHEN t.typtype = 'e'
            THEN 1 + (SELECT count(*) FROM pg_catalog.pg_enum AS e WHERE e.enumtypid = t.oid) / 8 ELSE 1 END,
       t.typtype,
       (SELECT pg_catalog.jsonb_object_agg(d.objid, e.extname)
        FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_depend AS d
          ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid AND d.deptype = 'e'
        WHERE d.classid = 'pg_catalog.pg_type'::pg_catalog.regclass) ->> t.oid::text
FROM {members}
WHERE n.nspname = ANY (%(schemas)s)
  AND (t.typtype IN ('e', 'd', 'r')
       OR t.typtype = 'c' AND (SELECT c.relkind FROM pg_catalog.pg_class AS c WHERE c.oid = t.typrelid) = 'c')

-- name: list_routines
SELECT n.nspname, p.key, p.proname, p.oid, 1 + pg_catalog.octet_length(p.prosrc) / 500,
       (SELECT pg_catalog.jsonb_object_agg(d.objid, e.extname)
        FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_depend AS d
          ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid AND d.deptype = 'e'
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass) ->> p.oid::text
FROM {members}
WHERE n.nspname = ANY (%(schemas)s)

-- name: split
-- Keys that cut a listing into ranges of equal size; the listing stands where the braces are.
SELECT key
FROM (SELECT l.key::text AS key,
             pg_catalog.row_number() OVER (ORDER BY l.key::text COLLATE "C") AS place,
             pg_catalog.count(*) OVER () AS total
      FROM ({listing}) AS l (schema, key)) AS numbered
WHERE place %% %(size)s = 0 AND place < total
ORDER BY place

-- name: page
-- The next names of a listing, by their bytes; the listing stands where the braces are.
SELECT l.*
FROM ({listing}) AS l (schema, key)
WHERE %(after)s::text IS NULL OR l.key::text COLLATE "C" > %(after)s
ORDER BY l.key::text COLLATE "C"
LIMIT %(size)s
