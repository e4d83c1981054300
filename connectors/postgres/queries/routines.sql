-- Routines, and the triggers that call them.

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
