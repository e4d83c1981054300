-- Facets of sequences.

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
       s.seqcache,
       c.relpersistence = 'u',
       own.nspname,
       own.relname,
       own.attname,
       c.relacl::text[],
       CASE WHEN c.relacl IS NOT NULL THEN pg_catalog.acldefault('s', c.relowner)::text[] END
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
