-- Statements that the server counts. The extension lives in a schema of one's choice.

-- name: statements_schema
SELECT pg_catalog.quote_ident(n.nspname)
FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.extname = 'pg_stat_statements'

-- name: statement_counters
SELECT s.queryid::text || '/' || s.userid || '/' || s.dbid, pg_catalog.pg_get_userbyid(s.userid), d.datname, s.query,
       s.calls, s.total_exec_time
FROM {schema}.pg_stat_statements AS s JOIN pg_catalog.pg_database AS d ON d.oid = s.dbid
WHERE s.calls > 0

-- name: statements_info
SELECT extract(epoch FROM i.stats_reset)::float8, i.dealloc -- from 14
FROM {schema}.pg_stat_statements_info AS i -- from 14
SELECT NULL::float8, 0 -- before 14
