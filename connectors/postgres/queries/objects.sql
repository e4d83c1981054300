-- Objects without a facet of their own: one statement lists and reads all kinds of a level, since there are few of them.

-- name: objects
-- The listing of one level stands where the braces are. What everything has is looked up here, for what was listed only.
SELECT o.schema,
       o.kind,
       o.name,
       o.oid,
       pg_catalog.pg_get_userbyid(nullif(o.owner, 0)),
       (SELECT d.description
        FROM pg_catalog.pg_description AS d
        WHERE d.objoid = o.oid AND d.classoid = o.class AND d.objsubid = 0),
       o.acl::text[],
       CASE WHEN o.acl IS NOT NULL AND o.acl_of <> '-' THEN pg_catalog.acldefault(o.acl_of, o.owner)::text[] END,
       (SELECT n.nspname
        FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
        WHERE p.oid = o.function),
       (SELECT p.proname || '(' || pg_catalog.oidvectortypes(p.proargtypes) || ')'
        FROM pg_catalog.pg_proc AS p
        WHERE p.oid = o.function),
       o.state,
       o.version,
       o.options,
       o.details,
       (SELECT e.extname
        FROM pg_catalog.pg_depend AS d
        JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
        WHERE d.classid = o.class AND d.objid = o.oid AND d.objsubid = 0 AND d.deptype = 'e'
          AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass)
FROM ({level}) AS o (schema, class, kind, name, oid, owner, acl, acl_of, function, state, version, options, details)

-- name: service_objects
-- The server's own tablespaces say nothing; comments of shared objects lie elsewhere, and come as a detail.
SELECT ''::text, 'pg_catalog.pg_tablespace'::pg_catalog.regclass::oid, 'tablespace', t.spcname::text, t.oid, t.spcowner,
       t.spcacl, 't'::"char", 0::oid, 'O'::"char", NULL::text, t.spcoptions,
       pg_catalog.jsonb_build_object(
           'comment', pg_catalog.shobj_description(t.oid, 'pg_tablespace'),
           'location', pg_catalog.pg_tablespace_location(t.oid))
FROM pg_catalog.pg_tablespace AS t
WHERE t.spcname NOT IN ('pg_default', 'pg_global')

-- name: database_objects
-- Objects below 16384 came with the server. A connection string of a subscription is a secret, and not read.
SELECT ''::text, 'pg_catalog.pg_extension'::pg_catalog.regclass::oid, 'extension', e.extname::text, e.oid, e.extowner,
       NULL::aclitem[], '-'::"char", 0::oid, 'O'::"char", e.extversion, NULL::text[],
       pg_catalog.jsonb_build_object('schema', n.nspname)
FROM pg_catalog.pg_extension AS e
JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
UNION ALL
SELECT '', 'pg_catalog.pg_foreign_data_wrapper'::pg_catalog.regclass, 'foreign data wrapper', w.fdwname, w.oid, w.fdwowner,
       w.fdwacl, 'F', w.fdwhandler, 'O', NULL, w.fdwoptions,
       pg_catalog.jsonb_build_object('validator', nullif(w.fdwvalidator, 0)::pg_catalog.regproc::text)
FROM pg_catalog.pg_foreign_data_wrapper AS w
UNION ALL
SELECT '', 'pg_catalog.pg_foreign_server'::pg_catalog.regclass, 'foreign server', s.srvname, s.oid, s.srvowner,
       s.srvacl, 'S', 0, 'O', s.srvversion, s.srvoptions,
       pg_catalog.jsonb_build_object(
           'wrapper', w.fdwname,
           'type', s.srvtype,
           'user mappings', (SELECT pg_catalog.jsonb_object_agg(m.usename, pg_catalog.to_jsonb(m.umoptions))
                             FROM pg_catalog.pg_user_mappings AS m WHERE m.srvid = s.oid))
FROM pg_catalog.pg_foreign_server AS s
JOIN pg_catalog.pg_foreign_data_wrapper AS w ON w.oid = s.srvfdw
UNION ALL
SELECT '', 'pg_catalog.pg_publication'::pg_catalog.regclass, 'publication', p.pubname, p.oid, p.pubowner,
       NULL, '-', 0, 'O', NULL, NULL,
       pg_catalog.jsonb_build_object(
           'all tables', p.puballtables,
           'publish', pg_catalog.concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END,
                                           CASE WHEN p.pubupdate THEN 'update' END,
                                           CASE WHEN p.pubdelete THEN 'delete' END,
                                           CASE WHEN p.pubtruncate THEN 'truncate' END),
           'publish via partition root', p.pubviaroot,
           'publish generated columns', nullif(p.pubgencols, 'n'), -- from 18
           'relations', (SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_array(
                             n.nspname, c.relname,
                             (SELECT pg_catalog.jsonb_agg(a.attname) -- from 15
                              FROM pg_catalog.pg_attribute AS a -- from 15
                              WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::int2[])), -- from 15
                             pg_catalog.pg_get_expr(r.prqual, r.prrelid) -- from 15
                             NULL, NULL -- before 15
                             ))
                         FROM pg_catalog.pg_publication_rel AS r
                         JOIN pg_catalog.pg_class AS c ON c.oid = r.prrelid
                         JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                         WHERE r.prpubid = p.oid),
           'schemas', (SELECT pg_catalog.jsonb_agg(n.nspname) -- from 15
                       FROM pg_catalog.pg_publication_namespace AS r -- from 15
                       JOIN pg_catalog.pg_namespace AS n ON n.oid = r.pnnspid -- from 15
                       WHERE r.pnpubid = p.oid) -- from 15
           'schemas', NULL -- before 15
           )
FROM pg_catalog.pg_publication AS p
UNION ALL
SELECT '', 'pg_catalog.pg_subscription'::pg_catalog.regclass, 'subscription', s.subname, s.oid, s.subowner,
       NULL, '-', 0, (CASE WHEN s.subenabled THEN 'O' ELSE 'D' END)::"char", NULL, NULL,
       pg_catalog.jsonb_build_object(
           'publications', pg_catalog.array_to_string(s.subpublications, ', '),
           'slot', s.subslotname,
           'synchronous commit', s.subsynccommit)
FROM pg_catalog.pg_subscription AS s
WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname = pg_catalog.current_database())
UNION ALL
SELECT '', 'pg_catalog.pg_event_trigger'::pg_catalog.regclass, 'event trigger', t.evtname, t.oid, t.evtowner,
       NULL, '-', t.evtfoid, t.evtenabled, NULL, NULL,
       pg_catalog.jsonb_build_object('event', t.evtevent, 'tags', pg_catalog.array_to_string(t.evttags, ', '))
FROM pg_catalog.pg_event_trigger AS t
UNION ALL
SELECT '', 'pg_catalog.pg_cast'::pg_catalog.regclass, 'cast',
       pg_catalog.format_type(c.castsource, NULL) || ' AS ' || pg_catalog.format_type(c.casttarget, NULL), c.oid, 0,
       NULL, '-', c.castfunc, 'O', NULL, NULL,
       pg_catalog.jsonb_build_object(
           'context', CASE c.castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' ELSE 'implicit' END,
           'method', CASE c.castmethod WHEN 'f' THEN 'function' WHEN 'i' THEN 'text form' ELSE 'binary' END)
FROM pg_catalog.pg_cast AS c
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend AS d -- a range's cast to its multirange is a part of the type
                  WHERE d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass AND d.objid = c.oid AND d.deptype = 'i')
UNION ALL
SELECT '', 'pg_catalog.pg_language'::pg_catalog.regclass, 'language', l.lanname, l.oid, l.lanowner,
       l.lanacl, 'l', l.lanplcallfoid, 'O', NULL, NULL,
       pg_catalog.jsonb_build_object('trusted', l.lanpltrusted)
FROM pg_catalog.pg_language AS l
WHERE l.oid >= 16384 OR l.lanacl IS NOT NULL
UNION ALL
SELECT '', 'pg_catalog.pg_default_acl'::pg_catalog.regclass, 'default privileges',
       pg_catalog.pg_get_userbyid(a.defaclrole) || ' on ' || k.word, a.oid, a.defaclrole,
       a.defaclacl, k.acl_of, 0, 'O', NULL, NULL, NULL
FROM pg_catalog.pg_default_acl AS a
JOIN (VALUES ('r'::"char", 'r'::"char", 'tables'), ('S', 's', 'sequences'), ('f', 'f', 'routines'), ('T', 'T', 'types'),
             ('n', 'n', 'schemas'), ('L', 'L', 'large objects')) AS k (letter, acl_of, word) ON k.letter = a.defaclobjtype
WHERE a.defaclnamespace = 0

-- name: schema_objects
SELECT n.nspname::text, 'pg_catalog.pg_collation'::pg_catalog.regclass::oid, 'collation', l.collname::text, l.oid,
       l.collowner, NULL::aclitem[], '-'::"char", 0::oid, 'O'::"char", l.collversion, NULL::text[],
       pg_catalog.jsonb_build_object(
           'provider', CASE l.collprovider WHEN 'i' THEN 'icu' WHEN 'c' THEN 'libc' WHEN 'b' THEN 'builtin' ELSE 'default' END,
           'nondeterministic', NOT l.collisdeterministic,
           'rules', pg_catalog.to_jsonb(l) ->> 'collicurules',
           'locale', coalesce(pg_catalog.to_jsonb(l) ->> 'colllocale', pg_catalog.to_jsonb(l) ->> 'colliculocale'),
           'collate', l.collcollate,
           'ctype', l.collctype)
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_collation AS l ON l.collnamespace = n.oid
WHERE n.nspname = ANY (%(schemas)s)
  AND l.collencoding IN (-1, pg_catalog.pg_char_to_encoding(pg_catalog.getdatabaseencoding()))
UNION ALL
SELECT n.nspname, 'pg_catalog.pg_operator'::pg_catalog.regclass, 'operator',
       p.oprname || '(' || CASE WHEN p.oprleft = 0 THEN 'none' ELSE pg_catalog.format_type(p.oprleft, NULL) END || ', '
       || CASE WHEN p.oprright = 0 THEN 'none' ELSE pg_catalog.format_type(p.oprright, NULL) END || ')', p.oid, p.oprowner,
       NULL, '-', p.oprcode, 'O', NULL, NULL,
       pg_catalog.jsonb_build_object(
           'result', CASE WHEN p.oprresult <> 0 THEN pg_catalog.format_type(p.oprresult, NULL) END,
           'commutator', nullif(p.oprcom, 0)::pg_catalog.regoperator::text,
           'negator', nullif(p.oprnegate, 0)::pg_catalog.regoperator::text,
           'restrict', nullif(p.oprrest, 0)::pg_catalog.regproc::text,
           'join', nullif(p.oprjoin, 0)::pg_catalog.regproc::text,
           'hashes', p.oprcanhash,
           'merges', p.oprcanmerge)
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_operator AS p ON p.oprnamespace = n.oid
WHERE n.nspname = ANY (%(schemas)s)
UNION ALL
SELECT n.nspname, 'pg_catalog.pg_opclass'::pg_catalog.regclass, 'operator class', c.opcname || ' USING ' || m.amname, c.oid,
       c.opcowner, NULL, '-', 0, 'O', NULL, NULL,
       pg_catalog.jsonb_build_object(
           'type', pg_catalog.format_type(c.opcintype, NULL),
           'default', c.opcdefault,
           'family', f.opfname,
           'storage', CASE WHEN c.opckeytype <> 0 THEN pg_catalog.format_type(c.opckeytype, NULL) END)
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_opclass AS c ON c.opcnamespace = n.oid
JOIN pg_catalog.pg_am AS m ON m.oid = c.opcmethod
JOIN pg_catalog.pg_opfamily AS f ON f.oid = c.opcfamily
WHERE n.nspname = ANY (%(schemas)s)
UNION ALL
SELECT n.nspname, 'pg_catalog.pg_ts_config'::pg_catalog.regclass, 'text search configuration', c.cfgname, c.oid, c.cfgowner,
       NULL, '-', 0, 'O', NULL, NULL,
       pg_catalog.jsonb_build_object(
           'parser', (SELECT s.prsname FROM pg_catalog.pg_ts_parser AS s WHERE s.oid = c.cfgparser),
           'tokens', (SELECT pg_catalog.jsonb_object_agg(k.alias, k.dictionaries)
                      FROM (SELECT t.alias,
                                   pg_catalog.string_agg(m.mapdict::pg_catalog.regdictionary::text, ', '
                                                         ORDER BY m.mapseqno) AS dictionaries
                            FROM pg_catalog.pg_ts_config_map AS m
                            JOIN pg_catalog.ts_token_type(c.cfgparser) AS t ON t.tokid = m.maptokentype
                            WHERE m.mapcfg = c.oid
                            GROUP BY t.alias) AS k))
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_ts_config AS c ON c.cfgnamespace = n.oid
WHERE n.nspname = ANY (%(schemas)s)
UNION ALL
SELECT n.nspname, 'pg_catalog.pg_ts_dict'::pg_catalog.regclass, 'text search dictionary', d.dictname, d.oid, d.dictowner,
       NULL, '-', 0, 'O', NULL, NULL,
       pg_catalog.jsonb_build_object(
           'template', (SELECT t.tmplname FROM pg_catalog.pg_ts_template AS t WHERE t.oid = d.dicttemplate),
           'options', d.dictinitoption)
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_ts_dict AS d ON d.dictnamespace = n.oid
WHERE n.nspname = ANY (%(schemas)s)
UNION ALL
SELECT n.nspname, 'pg_catalog.pg_default_acl'::pg_catalog.regclass, 'default privileges',
       pg_catalog.pg_get_userbyid(a.defaclrole) || ' on '
       || CASE a.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'routines'
                               WHEN 'T' THEN 'types' ELSE a.defaclobjtype::text END, a.oid, a.defaclrole,
       a.defaclacl, '-', 0, 'O', NULL, NULL, NULL
FROM pg_catalog.pg_namespace AS n
JOIN pg_catalog.pg_default_acl AS a ON a.defaclnamespace = n.oid
WHERE n.nspname = ANY (%(schemas)s)
