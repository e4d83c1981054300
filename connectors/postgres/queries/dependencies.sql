-- Facets of relations: what views are made of, rewrite rules, row-security policies, extended statistics.

-- name: rewrites
-- The rule of a view is its query, whose parts the server has resolved: relations with their columns, and routines.
-- What initdb made is pinned, and in no list of dependencies.
SELECT r.ev_class,
       r.rulename,
       r.ev_type,
       r.is_instead,
       r.ev_enabled,
       CASE WHEN r.rulename <> '_RETURN' THEN pg_catalog.pg_get_ruledef(r.oid) END,
       pg_catalog.obj_description(r.oid, 'pg_rewrite'),
       u.type,
       u.nspname,
       u.name,
       u.columns
FROM pg_catalog.pg_rewrite AS r
LEFT JOIN LATERAL (
    SELECT 'Table' AS type, n.nspname, c.relname::text AS name,
           (SELECT pg_catalog.array_agg(a.attname::text)
            FROM pg_catalog.pg_attribute AS a
            WHERE a.attrelid = c.oid AND a.attnum = ANY (d.numbers)) AS columns
    FROM (SELECT d.refobjid, pg_catalog.array_agg(d.refobjsubid) AS numbers
          FROM pg_catalog.pg_depend AS d
          WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.ev_class
          GROUP BY d.refobjid) AS d
    JOIN pg_catalog.pg_class AS c ON c.oid = d.refobjid AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
    UNION ALL
    SELECT DISTINCT 'StoredProcedure', n.nspname,
           p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')', NULL::text[]
    FROM pg_catalog.pg_depend AS d
    JOIN pg_catalog.pg_proc AS p ON p.oid = d.refobjid
    JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
      AND d.refclassid = 'pg_catalog.pg_proc'::pg_catalog.regclass) AS u ON r.rulename = '_RETURN'
WHERE r.ev_class = ANY (%b::oid[])

-- name: policies
SELECT p.polrelid,
       p.polname,
       p.polcmd,
       p.polpermissive,
       ARRAY(SELECT CASE u.role WHEN 0 THEN 'public' ELSE pg_catalog.pg_get_userbyid(u.role) END
             FROM pg_catalog.unnest(p.polroles) AS u (role)),
       pg_catalog.pg_get_expr(p.polqual, p.polrelid),
       pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid),
       pg_catalog.obj_description(p.oid, 'pg_policy')
FROM pg_catalog.pg_policy AS p
WHERE p.polrelid = ANY (%b::oid[])

-- name: statistics
-- The target is NULL or -1 where it is the default.
SELECT s.stxrelid,
       CASE WHEN s.stxnamespace <> c.relnamespace
            THEN (SELECT n.nspname FROM pg_catalog.pg_namespace AS n WHERE n.oid = s.stxnamespace) END,
       s.stxname,
       s.stxkind::text[],
       ARRAY(SELECT a.attname::text
             FROM pg_catalog.pg_attribute AS a
             WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys::int2[]) ORDER BY a.attnum),
       pg_catalog.pg_get_statisticsobjdef_expressions(s.oid), -- from 14
       NULL::text[], -- before 14
       nullif(s.stxstattarget, -1)::int4,
       pg_catalog.pg_get_userbyid(s.stxowner),
       pg_catalog.obj_description(s.oid, 'pg_statistic_ext')
FROM pg_catalog.pg_statistic_ext AS s
JOIN pg_catalog.pg_class AS c ON c.oid = s.stxrelid
WHERE s.stxrelid = ANY (%b::oid[])
