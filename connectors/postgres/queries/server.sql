-- The server: who it is, its databases and their schemas.
--
-- In all files here: a line that ends in "-- from N" is sent to servers of major version N and up only, one that ends in
-- "-- before N" to older ones. Every query of a facet takes the oids of one slice and has the object's oid first.
-- Functions are called only for rows that need them: format_type and pg_get_expr cost more than the row itself.
-- "OFFSET 0" keeps a look-up a look-up: as a join it would read the whole catalog again for every slice.

-- name: identity
SELECT system_identifier::text FROM pg_catalog.pg_control_system()

-- name: position
-- The timeline of a standby is the newest that it has heard of: it may not have replayed up to it.
SELECT s.standby,
       CASE WHEN s.standby
            THEN greatest(c.timeline_id, r.min_recovery_end_timeline,
                          (SELECT w.received_tli FROM pg_catalog.pg_stat_get_wal_receiver() AS w))
            ELSE ('x' || substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8))::bit(32)::int4 END,
       CASE WHEN s.standby THEN pg_catalog.pg_last_wal_replay_lsn() ELSE pg_catalog.pg_current_wal_flush_lsn() END
           - '0/0'::pg_catalog.pg_lsn,
       CASE WHEN NOT s.standby THEN NULL
            WHEN pg_catalog.pg_last_wal_receive_lsn() = pg_catalog.pg_last_wal_replay_lsn() THEN 0
            ELSE extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.pg_last_xact_replay_timestamp())::float8
       END,
       pg_catalog.has_function_privilege('pg_catalog.pg_read_file(text, bigint, bigint, boolean)', 'EXECUTE')
FROM (SELECT pg_catalog.pg_is_in_recovery() AS standby) AS s
CROSS JOIN pg_catalog.pg_control_checkpoint() AS c
CROSS JOIN pg_catalog.pg_control_recovery() AS r

-- name: history
-- Where this timeline left those before it.
SELECT pg_catalog.pg_read_file('pg_wal/' || %s || '.history', 0, 1000000, true)

-- name: databases
-- Databases of providers are theirs: they take no connections, or hold nothing of the customer's.
SELECT d.datname,
       pg_catalog.pg_get_userbyid(d.datdba),
       pg_catalog.shobj_description(d.oid, 'pg_database'),
       pg_catalog.pg_encoding_to_char(d.encoding),
       d.datcollate,
       d.datconnlimit = -2,
       s.settings,
       NULLIF(d.datconnlimit, -1),
       (SELECT t.spcname FROM pg_catalog.pg_tablespace AS t WHERE t.oid = d.dattablespace AND t.spcname <> 'pg_default'),
       d.datacl::text[],
       CASE WHEN d.datacl IS NOT NULL THEN pg_catalog.acldefault('d', d.datdba)::text[] END
FROM pg_catalog.pg_database AS d
LEFT JOIN LATERAL (
    SELECT r.setconfig AS settings
    FROM pg_catalog.pg_db_role_setting AS r
    WHERE r.setdatabase = d.oid AND r.setrole = 0) AS s ON true
WHERE d.datallowconn AND (NOT d.datistemplate OR d.datname = %(only)s)
  AND CASE WHEN %(only)s::text IS NULL
           THEN %(system)s OR d.datname NOT IN ('rdsadmin', 'cloudsqladmin', 'azure_maintenance', 'azure_sys')
           ELSE d.datname = %(only)s END

-- name: connection_limit
SELECT d.datconnlimit FROM pg_catalog.pg_database AS d WHERE d.datname = %s

-- name: grants_of_database
SELECT d.datacl::text[], pg_catalog.acldefault('d', d.datdba)::text[]
FROM pg_catalog.pg_database AS d
WHERE d.datname = %(name)s

-- name: settings_of_database
SELECT r.setconfig
FROM pg_catalog.pg_db_role_setting AS r
JOIN pg_catalog.pg_database AS d ON d.oid = r.setdatabase
WHERE d.datname = %(name)s AND r.setrole = 0

-- name: grants_of_schema
SELECT n.nspacl::text[], pg_catalog.acldefault('n', n.nspowner)::text[]
FROM pg_catalog.pg_namespace AS n
WHERE n.nspname = %(name)s

-- name: schemas
-- The estimate counts what the walk below a schema lists; child partitions only when they are shown. Objects are found
-- by what depends on the schema, as for the listings; those of the server's own schemas, whose kinds nothing tells, by
-- reading all.
SELECT n.nspname,
       n.oid,
       pg_catalog.pg_get_userbyid(n.nspowner),
       d.description,
       CASE WHEN n.oid < 16384 AND n.oid <> 2200
            THEN (SELECT count(*) FROM pg_catalog.pg_class AS c
                  WHERE c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                    AND (%(partitions)s OR NOT c.relispartition))
                 + (SELECT count(*) FROM pg_catalog.pg_proc AS p WHERE p.pronamespace = n.oid)
            ELSE coalesce(b.objects, 0) END,
       CASE WHEN n.oid >= 16384 OR n.oid = 2200 THEN b.kinds END,
       n.nspacl::text[],
       CASE WHEN n.nspacl IS NOT NULL THEN pg_catalog.acldefault('n', n.nspowner)::text[] END,
       (SELECT pg_catalog.jsonb_object_agg(d.objid, e.extname)
        FROM pg_catalog.pg_extension AS e
        JOIN pg_catalog.pg_depend AS d
          ON d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.refobjid = e.oid AND d.deptype = 'e'
        WHERE d.classid = 'pg_catalog.pg_namespace'::pg_catalog.regclass) ->> n.oid::text
FROM pg_catalog.pg_namespace AS n
LEFT JOIN pg_catalog.pg_description AS d
       ON d.objoid = n.oid AND d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objsubid = 0
CROSS JOIN LATERAL (
    SELECT pg_catalog.sum(k.objects)::int8 AS objects, coalesce(pg_catalog.array_agg(k.kind), '{}') AS kinds
    FROM (SELECT CASE WHEN m.classid IN ('pg_catalog.pg_class'::pg_catalog.regclass, 'pg_catalog.pg_proc'::pg_catalog.regclass)
                      THEN r.kind
                      WHEN m.classid = 'pg_catalog.pg_type'::pg_catalog.regclass THEN 'type'
                      ELSE 'schema_object' END AS kind,
                 count(*) FILTER (WHERE r.counts) AS objects
          FROM (SELECT DISTINCT d.classid, d.objid
                FROM pg_catalog.pg_depend AS d
                WHERE d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.refobjid = n.oid) AS m
          LEFT JOIN LATERAL (
              SELECT CASE WHEN c.relkind = 'S' THEN 'sequence'
                          WHEN c.relkind IN ('r', 'p', 'v', 'm', 'f') THEN 'table' END AS kind,
                     c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND (%(partitions)s OR NOT c.relispartition) AS counts
              FROM pg_catalog.pg_class AS c
              WHERE m.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND c.oid = m.objid
              UNION ALL
              SELECT 'stored_procedure', true
              FROM pg_catalog.pg_proc AS p
              WHERE m.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND p.oid = m.objid
                AND p.pronamespace = n.oid) AS r ON true
          GROUP BY 1) AS k) AS b
WHERE n.nspname NOT LIKE 'pg\_temp\_%%' AND n.nspname NOT LIKE 'pg\_toast%%'
  AND (%(system)s OR (n.nspname NOT LIKE 'pg\_%%' AND n.nspname <> 'information_schema'))
  AND (%(after)s::text IS NULL OR n.nspname >= %(after)s::name COLLATE "C")
  AND (%(until)s::text IS NULL OR n.nspname <= %(until)s::name COLLATE "C")
