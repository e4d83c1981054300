"""One statement at a time: each is exactly one change of what the crawl reads, and of nothing else.

What PostgreSQL can say and no entity holds stands in ``docs/catalog.md``.
"""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.connectors.postgres.support import entities, session

pytestmark = pytest.mark.server

BEFORE = """
CREATE SCHEMA other;
CREATE TYPE mood AS ENUM ('sad', 'happy');
CREATE TYPE pair AS (x int, y text);
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE DOMAIN word AS text;
CREATE TABLE shop (id int PRIMARY KEY, size int, name text, place point, note text COLLATE "C");
CREATE TABLE sale (id int PRIMARY KEY, shop int, part int, day date, UNIQUE (id, part));
ALTER TABLE sale ADD CONSTRAINT to_shop FOREIGN KEY (shop) REFERENCES shop (id) NOT VALID;
ALTER TABLE sale ADD CONSTRAINT to_sale FOREIGN KEY (shop, part) REFERENCES sale (id, part) DEFERRABLE;
ALTER TABLE shop ADD CONSTRAINT sizes CHECK (size > 0) NOT VALID;
ALTER TABLE shop ADD CONSTRAINT names UNIQUE (name);
CREATE INDEX by_size ON shop (size);
CREATE INDEX by_name ON shop (name);
CREATE INDEX by_lower ON shop (lower(name));
CREATE UNIQUE INDEX once ON shop (size) WHERE name IS NULL;
CREATE VIEW large AS SELECT id, size FROM shop;
CREATE MATERIALIZED VIEW kept AS SELECT id FROM shop WITH NO DATA;
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION many() RETURNS SETOF int LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION compiled(int) RETURNS int LANGUAGE internal AS 'int4abs';
CREATE PROCEDURE act() LANGUAGE sql AS 'SELECT 2';
CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE SEQUENCE counter;
CREATE TABLE numbered (id int GENERATED ALWAYS AS IDENTITY, free int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END';
CREATE TRIGGER touched BEFORE INSERT ON shop FOR EACH ROW EXECUTE FUNCTION touch();
CREATE FOREIGN DATA WRAPPER wrapper;
CREATE SERVER far FOREIGN DATA WRAPPER wrapper;
CREATE FOREIGN TABLE distant (n int OPTIONS (column_name 'q')) SERVER far OPTIONS (table_name 'z');
CREATE TABLE base (n int);
CREATE TABLE felt (m mood, all_of_them mood[]);
CREATE TABLE derived (n int);
CREATE TABLE like_pair (x int, y text);
CREATE TABLE parts (n int, m int) PARTITION BY RANGE (n);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (2);
"""

SHOP, SALE, TOUCHED = "Table public.shop", "Table public.sale", "Trigger public.shop.touched"
TWICE = "StoredProcedure public.twice(integer)"

STATEMENTS: list[tuple[str, str]] = [
    # -- constraints
    ("ALTER TABLE sale VALIDATE CONSTRAINT to_shop", SALE),
    ("ALTER TABLE shop VALIDATE CONSTRAINT sizes", SHOP),
    ("ALTER TABLE shop DROP CONSTRAINT sizes; ALTER TABLE shop ADD CONSTRAINT sizes CHECK (size > 0) NO INHERIT", SHOP),
    ("COMMENT ON CONSTRAINT sizes ON shop IS 'why'", SHOP),
    ("ALTER TABLE sale ALTER CONSTRAINT to_sale DEFERRABLE INITIALLY DEFERRED", SALE),
    ("ALTER TABLE sale ALTER CONSTRAINT to_sale NOT DEFERRABLE", SALE),
    (
        "ALTER TABLE sale DROP CONSTRAINT to_sale; ALTER TABLE sale ADD CONSTRAINT to_sale"
        " FOREIGN KEY (shop, part) REFERENCES sale (id, part) MATCH FULL",
        SALE,
    ),
    ("ALTER TABLE shop DROP CONSTRAINT names; ALTER TABLE shop ADD CONSTRAINT names UNIQUE (name) DEFERRABLE", SHOP),
    ("ALTER TABLE shop ALTER size SET NOT NULL", SHOP),
    ("ALTER TABLE sale DISABLE TRIGGER ALL", SALE),
    # -- indexes
    ("DROP INDEX by_size; CREATE INDEX by_size ON shop (size DESC)", SHOP),
    ("DROP INDEX by_size; CREATE INDEX by_size ON shop (size DESC NULLS LAST)", SHOP),
    ("DROP INDEX by_size; CREATE INDEX by_size ON shop (size NULLS FIRST)", SHOP),
    ("DROP INDEX by_size; CREATE INDEX by_size ON shop USING hash (size)", SHOP),
    ("DROP INDEX by_name; CREATE INDEX by_name ON shop (name text_pattern_ops)", SHOP),
    ('DROP INDEX by_name; CREATE INDEX by_name ON shop (name COLLATE "C")', SHOP),
    ("DROP INDEX by_name; CREATE INDEX by_name ON shop (name) INCLUDE (size)", SHOP),
    ("ALTER INDEX by_name SET (fillfactor = 50)", SHOP),
    ("COMMENT ON INDEX by_name IS 'why'", SHOP),
    ("ALTER INDEX by_lower ALTER COLUMN 1 SET STATISTICS 500", SHOP),
    ("CREATE INDEX by_place ON shop USING gist (place)", SHOP),
    ("CLUSTER shop USING shop_pkey", SHOP),
    ("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'by_lower'::regclass", SHOP),
    ("CREATE INDEX by_m ON parts (m)", "Table public.parts"),
    # -- tables
    ("ALTER TABLE derived INHERIT base", "Table public.derived"),
    ("ALTER TABLE derived NO INHERIT base", "Table public.derived"),
    ("ALTER TABLE like_pair OF pair", "Table public.like_pair"),
    ("ALTER TABLE shop ENABLE ROW LEVEL SECURITY", SHOP),
    ("ALTER TABLE shop FORCE ROW LEVEL SECURITY", SHOP),
    ("ALTER TABLE shop REPLICA IDENTITY FULL", SHOP),
    ("ALTER TABLE shop REPLICA IDENTITY USING INDEX shop_pkey", SHOP),
    ("ALTER TABLE shop SET (fillfactor = 50)", SHOP),
    ("ALTER TABLE shop SET (toast.autovacuum_enabled = false)", SHOP),
    ("ALTER TABLE base SET UNLOGGED", "Table public.base"),
    ("COMMENT ON TABLE shop IS 'why'", SHOP),
    ("CREATE TABLE parts_rest PARTITION OF parts DEFAULT", "Table public.parts"),
    ("CREATE TABLE typed OF pair", "Table public.typed"),
    ("ALTER VIEW large SET (security_barrier)", "Table public.large"),
    ("ALTER VIEW large SET (security_invoker)", "Table public.large"),
    ("ALTER VIEW large SET (check_option = local)", "Table public.large"),
    ("CREATE OR REPLACE VIEW large AS SELECT id, size FROM shop WHERE size > 1", "Table public.large"),
    ("COMMENT ON COLUMN large.size IS 'why'", "Table public.large"),
    ("REFRESH MATERIALIZED VIEW kept", "Table public.kept"),
    ("ALTER FOREIGN TABLE distant OPTIONS (SET table_name 'y')", "Table public.distant"),
    # -- columns
    ("ALTER TABLE shop ALTER name SET STORAGE external", SHOP),
    ("ALTER TABLE shop ALTER name SET COMPRESSION pglz", SHOP),
    ("ALTER TABLE shop ALTER name SET STATISTICS 500", SHOP),
    ("ALTER TABLE shop ALTER name SET (n_distinct = 5)", SHOP),
    ("ALTER TABLE shop ALTER size SET DEFAULT 5", SHOP),
    ('ALTER TABLE shop ALTER note TYPE text COLLATE "POSIX"', SHOP),
    ("ALTER TABLE base ADD m int GENERATED ALWAYS AS (n + 1) STORED", "Table public.base"),
    ("ALTER TABLE shop RENAME note TO remark", SHOP),
    ("COMMENT ON COLUMN shop.size IS 'why'", SHOP),
    ("ALTER FOREIGN TABLE distant ALTER n OPTIONS (SET column_name 'w')", "Table public.distant"),
    ("ALTER TABLE numbered ALTER id SET GENERATED BY DEFAULT", "Table public.numbered"),
    ("ALTER TABLE numbered ALTER id SET INCREMENT 7", "Sequence public.numbered_id_seq"),
    # -- triggers
    ("ALTER TABLE shop ENABLE REPLICA TRIGGER touched", TOUCHED),
    ("ALTER TABLE shop ENABLE ALWAYS TRIGGER touched", TOUCHED),
    ("ALTER TABLE shop DISABLE TRIGGER touched", TOUCHED),
    ("COMMENT ON TRIGGER touched ON shop IS 'why'", TOUCHED),
    (
        "DROP TRIGGER touched ON shop;"
        " CREATE TRIGGER touched BEFORE UPDATE OF size, name ON shop FOR EACH ROW EXECUTE FUNCTION touch('a', 'b''c')",
        TOUCHED,
    ),
    (
        "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON shop FROM sale DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION touch()",
        "Trigger public.shop.later",
    ),
    (
        "CREATE TRIGGER paired AFTER UPDATE ON shop REFERENCING OLD TABLE AS was NEW TABLE AS is_now"
        " FOR EACH STATEMENT EXECUTE FUNCTION touch()",
        "Trigger public.shop.paired",
    ),
    # -- routines
    ("CREATE OR REPLACE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 3'", TWICE),
    (
        "CREATE OR REPLACE FUNCTION compiled(int) RETURNS int LANGUAGE internal AS 'int4um'",
        "StoredProcedure public.compiled(integer)",
    ),
    ("ALTER FUNCTION twice(int) STABLE", TWICE),
    ("ALTER FUNCTION twice(int) IMMUTABLE", TWICE),
    ("ALTER FUNCTION twice(int) STRICT", TWICE),
    ("ALTER FUNCTION twice(int) LEAKPROOF", TWICE),
    ("ALTER FUNCTION twice(int) PARALLEL RESTRICTED", TWICE),
    ("ALTER FUNCTION twice(int) SET search_path TO ''", TWICE),
    ("ALTER FUNCTION twice(int) COST 5", TWICE),
    ("ALTER FUNCTION many() ROWS 5", "StoredProcedure public.many()"),
    ("ALTER FUNCTION twice(int) SECURITY DEFINER", TWICE),
    ("ALTER FUNCTION twice(int) SUPPORT pg_catalog.generate_series_int4_support", TWICE),
    ("ALTER FUNCTION twice(int) OWNER TO pg_monitor", TWICE),
    ("COMMENT ON FUNCTION twice(int) IS 'why'", TWICE),
    ("COMMENT ON PROCEDURE act() IS 'why'", "StoredProcedure public.act()"),
    ("ALTER PROCEDURE act() SET work_mem TO '1MB'", "StoredProcedure public.act()"),
    (
        "CREATE OR REPLACE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '1')",
        "StoredProcedure public.total(integer)",
    ),
    # -- sequences
    ("ALTER SEQUENCE counter INCREMENT 5", "Sequence public.counter"),
    ("ALTER SEQUENCE counter CACHE 50", "Sequence public.counter"),
    ("ALTER SEQUENCE counter AS int", "Sequence public.counter"),
    ("ALTER SEQUENCE counter CYCLE", "Sequence public.counter"),
    ("ALTER SEQUENCE counter OWNED BY numbered.free", "Sequence public.counter"),
    ("COMMENT ON SEQUENCE counter IS 'why'", "Sequence public.counter"),
    # -- types
    ("ALTER TYPE mood ADD VALUE 'sleepy'", "UserType public.mood"),
    ("ALTER TYPE mood RENAME VALUE 'happy' TO 'glad'", "UserType public.mood"),
    ("COMMENT ON TYPE mood IS 'why'", "UserType public.mood"),
    ("ALTER TYPE pair ADD ATTRIBUTE z int CASCADE", "UserType public.pair"),
    ('ALTER TYPE pair ALTER ATTRIBUTE y TYPE text COLLATE "C" CASCADE', "UserType public.pair"),
    ("COMMENT ON COLUMN pair.x IS 'why'", "UserType public.pair"),
    ("ALTER DOMAIN positive ADD CONSTRAINT small CHECK (VALUE < 9) NOT VALID", "UserType public.positive"),
    ("ALTER DOMAIN positive VALIDATE CONSTRAINT small", "UserType public.positive"),
    ("COMMENT ON CONSTRAINT small ON DOMAIN positive IS 'why'", "UserType public.positive"),
    ("ALTER DOMAIN positive SET DEFAULT 3", "UserType public.positive"),
    ("ALTER DOMAIN word SET NOT NULL", "UserType public.word"),
    ("COMMENT ON DOMAIN positive IS 'why'", "UserType public.positive"),
    ('DROP DOMAIN word; CREATE DOMAIN word AS text COLLATE "C"', "UserType public.word"),
    # -- containers
    ("ALTER TABLE shop OWNER TO pg_monitor", SHOP),
    ("COMMENT ON SCHEMA other IS 'why'", "Schema other"),
    ("ALTER SCHEMA other OWNER TO pg_monitor", "Schema other"),
]
SINCE_15: list[tuple[str, str]] = [
    ("DROP INDEX once; CREATE UNIQUE INDEX once ON shop (size) NULLS NOT DISTINCT WHERE name IS NULL", SHOP),
    (
        "ALTER TABLE shop DROP CONSTRAINT names;"
        " ALTER TABLE shop ADD CONSTRAINT names UNIQUE NULLS NOT DISTINCT (name)",
        SHOP,
    ),
    (
        "ALTER TABLE sale DROP CONSTRAINT to_sale; ALTER TABLE sale ADD CONSTRAINT to_sale"
        " FOREIGN KEY (shop, part) REFERENCES sale (id, part) ON DELETE SET NULL (part)",
        SALE,
    ),
    ("ALTER SEQUENCE counter SET UNLOGGED", "Sequence public.counter"),
]
SINCE_18: list[tuple[str, str]] = [
    ("ALTER TABLE sale ADD CONSTRAINT has_day NOT NULL day NOT VALID", SALE),
    ("ALTER TABLE sale VALIDATE CONSTRAINT has_day", SALE),
    ("ALTER TABLE sale RENAME CONSTRAINT has_day TO a_day", SALE),
    ("ALTER TABLE sale ALTER CONSTRAINT a_day NO INHERIT", SALE),
    ("ALTER TABLE sale ALTER CONSTRAINT to_shop NOT ENFORCED", SALE),
    ("ALTER TABLE base ADD k int GENERATED ALWAYS AS (n + 2) VIRTUAL", "Table public.base"),
    ("ALTER DOMAIN word ADD CONSTRAINT a_word NOT NULL", "UserType public.word"),
]
WITH_IT = {
    "ALTER TYPE pair ADD ATTRIBUTE z int CASCADE": {"Table public.like_pair", "Table public.typed"},
    'ALTER TYPE pair ALTER ATTRIBUTE y TYPE text COLLATE "C" CASCADE': {"Table public.like_pair", "Table public.typed"},
}
"""What changes with it: tables of the type get its columns."""


def contents(url: str) -> dict[str, str]:
    return {key: entity.content() for key, entity in entities(url).items() if not key.startswith(("Service", "Data"))}


def test_every_statement_is_one_change(each_postgres_database: str) -> None:
    with session(each_postgres_database, BEFORE) as admin:
        statements = list(STATEMENTS)
        if admin.info.server_version >= 150000:
            statements += SINCE_15
        if admin.info.server_version >= 180000:
            statements += SINCE_18
        told = []
        before = contents(each_postgres_database)
        for statement, expected in statements:
            told += check(admin, each_postgres_database, statement, expected, before)
    assert told == []


def check(
    admin: psycopg.Connection[Any], url: str, statement: str, expected: str, before: dict[str, str]
) -> list[tuple[str, set[str]]]:
    """The statement with what changed, where that is not what is expected; ``before`` is brought up to date."""
    if admin.info.server_version < 150000 and "security_invoker" in statement:
        return []
    admin.execute(statement)  # type: ignore[call-overload]
    after = contents(url)
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    before.clear()
    before.update(after)
    return [] if changed - WITH_IT.get(statement, set()) == {expected} else [(statement, changed)]
