-- Routines, and the triggers that call them.

-- name: routines
-- A body of more than 4 MB is left out here: it is read by body_piece.
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
       CASE WHEN pg_catalog.octet_length(p.prosrc) <= 4194304 THEN
       coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc) -- from 14
       p.prosrc -- before 14
       END,
       p.provolatile,
       p.prosecdef,
       p.proisstrict,
       p.proleakproof,
       p.proparallel,
       CASE WHEN p.procost <> CASE WHEN l.lanname IN ('c', 'internal') THEN 1 ELSE 100 END THEN p.procost END,
       CASE WHEN p.proretset AND p.prorows <> 1000 THEN p.prorows END,
       CASE WHEN p.prosupport <> 0 THEN (
           SELECT ARRAY[n.nspname, s.proname || '(' || pg_catalog.oidvectortypes(s.proargtypes) || ')']
           FROM pg_catalog.pg_proc AS s
           JOIN pg_catalog.pg_namespace AS n ON n.oid = s.pronamespace
           WHERE s.oid = p.prosupport) END,
       p.proconfig,
       CASE WHEN p.protrftypes IS NOT NULL THEN ARRAY(
           SELECT pg_catalog.format_type(u.type, NULL)
           FROM pg_catalog.unnest(p.protrftypes) WITH ORDINALITY AS u (type, place)
           ORDER BY u.place) END,
       -- Functions as their names, dashes for none.
       CASE WHEN p.prokind = 'a' THEN (
           SELECT pg_catalog.json_build_object(
               'kind', CASE g.aggkind WHEN 'o' THEN 'ordered-set' WHEN 'h' THEN 'hypothetical-set' END,
               'direct_arguments', NULLIF(g.aggnumdirectargs, 0),
               'sfunc', g.aggtransfn, 'stype', pg_catalog.format_type(g.aggtranstype, NULL),
               'sspace', NULLIF(g.aggtransspace, 0), 'initcond', g.agginitval,
               'finalfunc', g.aggfinalfn, 'combinefunc', g.aggcombinefn,
               'serialfunc', g.aggserialfn, 'deserialfunc', g.aggdeserialfn,
               'msfunc', g.aggmtransfn, 'minvfunc', g.aggminvtransfn, 'mfinalfunc', g.aggmfinalfn,
               'mstype', CASE WHEN g.aggmtranstype <> 0 THEN pg_catalog.format_type(g.aggmtranstype, NULL) END,
               'minitcond', g.aggminitval,
               'sortop', CASE WHEN g.aggsortop <> 0 THEN g.aggsortop::pg_catalog.regoper::text END)::text
           FROM pg_catalog.pg_aggregate AS g
           WHERE g.aggfnoid = p.oid) END,
       p.probin,
       p.proacl::text[],
       CASE WHEN p.proacl IS NOT NULL THEN pg_catalog.acldefault('f', p.proowner)::text[] END
FROM pg_catalog.pg_proc AS p
JOIN pg_catalog.pg_language AS l ON l.oid = p.prolang
WHERE p.oid = ANY (%b::oid[])

-- name: body_piece
SELECT pg_catalog.substr(coalesce(pg_catalog.pg_get_function_sqlbody(p.oid), p.prosrc), %(at)s, %(length)s) -- from 14
SELECT pg_catalog.substr(p.prosrc, %(at)s, %(length)s) -- before 14
FROM pg_catalog.pg_proc AS p
WHERE p.oid = %(oid)s

-- name: triggers
SELECT t.tgrelid,
       t.tgname,
       t.tgtype,
       t.tgenabled,
       n.nspname,
       p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')',
       pg_catalog.pg_get_triggerdef(t.oid),
       t.tgqual IS NOT NULL,
       pg_catalog.obj_description(t.oid, 'pg_trigger'),
       t.tgattr::text,
       t.tgnargs > 0,
       t.tgconstraint <> 0,
       t.tgdeferrable,
       t.tginitdeferred,
       CASE WHEN t.tgconstrrelid <> 0 THEN (
           SELECT ARRAY[rn.nspname, r.relname]
           FROM pg_catalog.pg_class AS r
           JOIN pg_catalog.pg_namespace AS rn ON rn.oid = r.relnamespace
           WHERE r.oid = t.tgconstrrelid) END,
       t.tgoldtable,
       t.tgnewtable
FROM pg_catalog.pg_trigger AS t
JOIN pg_catalog.pg_proc AS p ON p.oid = t.tgfoid
JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
WHERE t.tgrelid = ANY (%b::oid[]) AND NOT t.tgisinternal
ORDER BY t.tgrelid, t.tgname
