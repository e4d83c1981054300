-- Facets of tables and views. Every facet takes the oids of one slice and has the object's oid first.

-- name: relations
SELECT c.oid,
       c.relkind,
       pg_catalog.pg_get_userbyid(c.relowner),
       c.reltuples::float8,
       -- Without pages and rows nothing was ever measured; before 14 that looks like an empty table.
       CASE WHEN c.relpages > 0 OR c.reltuples >= 0 -- from 14
       CASE WHEN c.relpages > 0 -- before 14
            THEN c.relpages::int8 * pg_catalog.current_setting('block_size')::int8 END,
       c.relpersistence,
       CASE c.relam WHEN 0 THEN NULL WHEN 2 THEN 'heap'
            ELSE (SELECT am.amname FROM pg_catalog.pg_am AS am WHERE am.oid = c.relam) END,
       c.reloptions,
       -- What few tables have, as JSON.
       CASE WHEN c.reltablespace <> 0 OR NOT c.relispopulated OR c.relrowsecurity OR c.relforcerowsecurity
              OR c.relreplident NOT IN ('d', 'n') OR c.relreplident = 'n' AND c.relkind IN ('r', 'p') OR c.reloftype <> 0
            THEN pg_catalog.json_build_object(
                'tablespace', (SELECT s.spcname FROM pg_catalog.pg_tablespace AS s WHERE s.oid = c.reltablespace),
                'populated', c.relispopulated,
                'row_security', c.relrowsecurity,
                'row_security_forced', c.relforcerowsecurity,
                'replica_identity', CASE c.relreplident
                    WHEN 'f' THEN 'full'
                    WHEN 'n' THEN CASE WHEN c.relkind IN ('r', 'p') THEN 'nothing' END
                    WHEN 'i' THEN (SELECT 'index ' || x.relname
                                   FROM pg_catalog.pg_index AS i
                                   JOIN pg_catalog.pg_class AS x ON x.oid = i.indexrelid
                                   WHERE i.indrelid = c.oid AND i.indisreplident) END,
                'of_type', (SELECT pg_catalog.json_build_array(n.nspname, t.typname)
                            FROM pg_catalog.pg_type AS t
                            JOIN pg_catalog.pg_namespace AS n ON n.oid = t.typnamespace
                            WHERE t.oid = c.reloftype))::text END,
       CASE WHEN c.reltoastrelid <> 0
            THEN (SELECT t.reloptions FROM pg_catalog.pg_class AS t WHERE t.oid = c.reltoastrelid) END,
       c.relacl::text[],
       CASE WHEN c.relacl IS NOT NULL THEN pg_catalog.acldefault('r', c.relowner)::text[] END
FROM pg_catalog.pg_class AS c
WHERE c.oid = ANY (%b::oid[])

-- name: comments
-- A comment of more than 4 MB is left out here: it is read by comment_piece.
SELECT d.objoid, d.objsubid,
       CASE WHEN pg_catalog.octet_length(d.description) <= 4194304 THEN d.description END
FROM pg_catalog.unnest(%b::oid[]) AS u (oid)
CROSS JOIN LATERAL (
    SELECT * FROM pg_catalog.pg_description AS c
    WHERE c.objoid = u.oid AND c.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass OFFSET 0) AS d

-- name: columns
-- One row for a table: what every column has as one text ("number type modifier not-null name"), and of the columns that
-- have more their numbers and what they have; of those with grants likewise, the items of one joined by chr(1).
SELECT c.attrelid,
       pg_catalog.array_agg(c.plain),
       pg_catalog.array_agg(c.attnum) FILTER (WHERE c.more IS NOT NULL),
       pg_catalog.array_agg(c.more) FILTER (WHERE c.more IS NOT NULL),
       pg_catalog.array_agg(c.attnum) FILTER (WHERE c.acl IS NOT NULL),
       pg_catalog.array_agg(c.acl) FILTER (WHERE c.acl IS NOT NULL)
FROM (
    SELECT a.attrelid,
           a.attnum,
           pg_catalog.concat_ws(' ', a.attnum, a.atttypid, a.atttypmod, a.attnotnull, a.attname) AS plain,
           CASE WHEN a.atthasdef OR a.attidentity <> '' OR a.attcollation NOT IN (0, 100) OR m.details IS NOT NULL
                THEN ARRAY[
                    a.attidentity::text,
                    a.attgenerated::text,
                    CASE WHEN a.attcollation NOT IN (0, 100)
                         THEN (SELECT l.collname FROM pg_catalog.pg_collation AS l WHERE l.oid = a.attcollation)::text END,
                    CASE WHEN a.atthasdef
                         THEN (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid)
                               FROM pg_catalog.pg_attrdef AS d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END,
                    m.details] END AS more,
           pg_catalog.array_to_string(a.attacl, pg_catalog.chr(1)) AS acl
    FROM pg_catalog.pg_attribute AS a
    -- As JSON: storage, statistics target, options, those of a foreign table, compression.
    -- Types of variable length are kept "extended" as a rule, but for numeric, inet and cidr.
    CROSS JOIN LATERAL (SELECT
           CASE WHEN a.attstattarget >= 0 OR a.attoptions IS NOT NULL OR a.attfdwoptions IS NOT NULL
                  OR a.attlen < 0 AND a.attstorage <> CASE WHEN a.atttypid IN (1700, 869, 650) THEN 'm' ELSE 'x' END
                  OR a.attcompression <> '' -- from 14
                THEN pg_catalog.json_build_array(a.attstorage, a.attstattarget, a.attoptions, a.attfdwoptions
                  , a.attcompression -- from 14
                )::text END AS details) AS m
    WHERE a.attrelid = ANY (%b::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum) AS c
GROUP BY c.attrelid

-- name: parents
SELECT h.inhrelid, n.nspname, c.relname
FROM pg_catalog.pg_inherits AS h
JOIN pg_catalog.pg_class AS c ON c.oid = h.inhparent
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE h.inhrelid = ANY (%b::oid[])
ORDER BY h.inhrelid, h.inhseqno

-- name: comment_piece
SELECT pg_catalog.substr(d.description, %(at)s, %(length)s)
FROM pg_catalog.pg_description AS d
WHERE d.objoid = %(oid)s AND d.objsubid = %(part)s AND d.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass

-- name: views
-- A text of more than 4 MB is left out here: it is read by view_piece.
SELECT c.oid, CASE WHEN pg_catalog.octet_length(v.definition) <= 4194304 THEN v.definition END
FROM pg_catalog.pg_class AS c
CROSS JOIN LATERAL (SELECT pg_catalog.pg_get_viewdef(c.oid, true) AS definition OFFSET 0) AS v
WHERE c.oid = ANY (%b::oid[])

-- name: view_piece
SELECT pg_catalog.substr(pg_catalog.pg_get_viewdef(%(oid)s::oid, true), %(at)s, %(length)s)

-- name: partitioning
SELECT c.oid,
       CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END,
       p.partattrs::text,
       CASE WHEN c.relkind = 'p'
            THEN (SELECT count(*) FROM pg_catalog.pg_inherits AS i WHERE i.inhparent = c.oid) END,
       pn.nspname,
       pc.relname,
       CASE WHEN c.relispartition THEN pg_catalog.pg_get_expr(c.relpartbound, c.oid) END,
       (SELECT ARRAY[n.nspname, d.relname]
        FROM pg_catalog.pg_class AS d
        JOIN pg_catalog.pg_namespace AS n ON n.oid = d.relnamespace
        WHERE d.oid = p.partdefid)
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
