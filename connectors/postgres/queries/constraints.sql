-- Facets of tables: what their rows must keep to, and what finds them.

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
       k.condeferred,
       k.convalidated,
       k.confmatchtype,
       k.confdelsetcols, -- from 15
       NULL::int2[], -- before 15
       k.connoinherit,
       (SELECT d.description
        FROM pg_catalog.pg_description AS d
        WHERE d.objoid = k.oid AND d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND d.objsubid = 0),
       -- A key whose triggers are disabled is checked no more.
       k.conenforced AND -- from 18
       (k.contype <> 'f' OR NOT EXISTS (
           SELECT FROM pg_catalog.pg_trigger AS t
           WHERE t.tgconstraint = k.oid AND t.tgrelid = k.conrelid AND t.tgenabled = 'D' OFFSET 0)),
       k.conperiod -- from 18
       false -- before 18
FROM pg_catalog.pg_constraint AS k
LEFT JOIN LATERAL (
    SELECT (SELECT n.nspname FROM pg_catalog.pg_namespace AS n WHERE n.oid = t.relnamespace) AS nspname, t.relname
    FROM pg_catalog.pg_class AS t
    WHERE t.oid = k.confrelid OFFSET 0) AS r ON k.contype = 'f'
WHERE k.conrelid = ANY (%b::oid[]) 
  AND (k.contype IN ('p', 'u', 'f', 'c', 'x')
       OR k.contype = 'n' AND k.conislocal -- from 18
       AND (NOT k.convalidated OR k.connoinherit OR EXISTS ( -- from 18
           SELECT FROM pg_catalog.pg_description AS d -- from 18
           WHERE d.objoid = k.oid AND d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass)) -- from 18
       )
  -- A key into a partitioned table has hidden twins, one into each of its partitions.
  AND (k.conparentid = 0 OR NOT EXISTS (
      SELECT FROM pg_catalog.pg_constraint AS up WHERE up.oid = k.conparentid AND up.conrelid = k.conrelid OFFSET 0))

-- name: not_null
-- From 18 on, each column that takes no nulls has a constraint, and most of them have the name that the server made up:
-- one row for each table, and the names are compared by the reader.
SELECT k.conrelid, pg_catalog.array_agg(k.conkey[1]), pg_catalog.array_agg(k.conname)
FROM pg_catalog.pg_constraint AS k
WHERE k.conrelid = ANY (%b::oid[]) AND k.contype = 'n' AND k.conislocal AND k.convalidated AND NOT k.connoinherit
GROUP BY k.conrelid

-- name: indexes
SELECT i.indrelid,
       c.relname,
       i.indkey::text,
       i.indnkeyatts,
       i.indisunique,
       i.indoption::text,
       i.indclass::text,
       i.indcollation::text,
       -- What few indexes have, as JSON.
       CASE WHEN NOT i.indisvalid OR i.indisclustered OR c.reloptions IS NOT NULL OR c.reltablespace <> 0
              OR i.indnullsnotdistinct -- from 15
            THEN pg_catalog.json_build_object(
                'valid', i.indisvalid,
                'clustered', i.indisclustered,
                'nulls_not_distinct', i.indnullsnotdistinct, -- from 15
                'options', c.reloptions,
                'tablespace', (SELECT s.spcname FROM pg_catalog.pg_tablespace AS s WHERE s.oid = c.reltablespace)
            )::text END,
       -- And what few keys have: their number, statistics target, options of the operator class.
       CASE WHEN c.relam <> 403 OR i.indexprs IS NOT NULL THEN (
           SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attnum, a.attstattarget, a.attoptions))::text
           FROM pg_catalog.pg_attribute AS a
           WHERE a.attrelid = i.indexrelid AND (a.attstattarget >= 0 OR a.attoptions IS NOT NULL)) END,
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
CROSS JOIN LATERAL (
    SELECT r.relname, r.relam, r.reloptions, r.reltablespace
    FROM pg_catalog.pg_class AS r
    WHERE r.oid = i.indexrelid OFFSET 0) AS c
WHERE i.indrelid = ANY (%b::oid[])

-- name: key_details
-- Collations and operator classes by oid; the third column tells which are the defaults of their type.
SELECT l.oid, l.collname, false, 'collation'
FROM pg_catalog.pg_collation AS l
WHERE l.oid = ANY (%(collations)b::oid[])
UNION ALL
SELECT o.oid, o.opcname, o.opcdefault, 'operator class'
FROM pg_catalog.pg_opclass AS o
WHERE o.oid = ANY (%(classes)b::oid[])
