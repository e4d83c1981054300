"""One statement at a time, once more: rights, rules, extensions and objects of other kinds."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.connectors.postgres.support import entities, session

pytestmark = pytest.mark.server

ROLE = "reader_of_rights"
BEFORE = f"""
DROP ROLE IF EXISTS {ROLE};
CREATE ROLE {ROLE};
CREATE SCHEMA other;
CREATE TYPE pair AS (x int, y text);
CREATE TABLE shop (id int PRIMARY KEY, size int, name text);
CREATE TABLE sale (id int PRIMARY KEY, shop int);
CREATE VIEW large AS SELECT id, size FROM shop WHERE size > 1;
CREATE SEQUENCE counter;
CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION join_pairs(pair, pair) RETURNS pair LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE FOREIGN DATA WRAPPER wrapper;
CREATE SERVER far FOREIGN DATA WRAPPER wrapper;
CREATE PUBLICATION feed;
"""
SHOP, LARGE, FEED = "Table public.shop", "Table public.large", "DatabaseObject publication feed"
FAR, WRAPPER = "DatabaseObject foreign server far", "DatabaseObject foreign data wrapper wrapper"
TWICE, COUNTER, PAIR = "StoredProcedure public.twice(integer)", "Sequence public.counter", "UserType public.pair"
WATCH = "DatabaseObject event trigger watching"
OPERATOR = "DatabaseObject public.operator @@@(public.pair, public.pair)"
GERMAN, ENGLISH = "DatabaseObject public.collation german", "DatabaseObject public.text search configuration english"
CAST = "DatabaseObject cast public.pair AS text"

STATEMENTS: list[tuple[str, str]] = [
    # -- grants
    (f"GRANT SELECT ON shop TO {ROLE}", SHOP),
    (f"GRANT SELECT ON shop TO {ROLE} WITH GRANT OPTION", SHOP),
    (f"GRANT UPDATE (size) ON shop TO {ROLE}", SHOP),
    (f"REVOKE UPDATE (size) ON shop FROM {ROLE}", SHOP),
    ("REVOKE DELETE ON shop FROM postgres", SHOP),
    (f"GRANT SELECT ON large TO {ROLE}", LARGE),
    (f"GRANT USAGE ON SEQUENCE counter TO {ROLE}", COUNTER),
    ("REVOKE EXECUTE ON FUNCTION twice(int) FROM PUBLIC", TWICE),
    (f"GRANT EXECUTE ON FUNCTION twice(int) TO {ROLE}", TWICE),
    (f"GRANT USAGE ON TYPE pair TO {ROLE}", PAIR),
    (f"GRANT USAGE ON SCHEMA other TO {ROLE}", "Schema other"),
    (f"GRANT USAGE ON FOREIGN SERVER far TO {ROLE}", FAR),
    (f"GRANT USAGE ON FOREIGN DATA WRAPPER wrapper TO {ROLE}", WRAPPER),
    (f"GRANT USAGE ON LANGUAGE plpgsql TO {ROLE}", "DatabaseObject language plpgsql"),
    (
        f"ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO {ROLE}",
        "DatabaseObject other.default privileges postgres on tables",
    ),
    (
        "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        "DatabaseObject default privileges postgres on routines",
    ),
    (
        f"ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO {ROLE}",
        "DatabaseObject default privileges postgres on routines",
    ),
    # -- policies, rules, statistics
    ("CREATE POLICY own ON shop USING (size > 1)", SHOP),
    (f"ALTER POLICY own ON shop TO {ROLE}", SHOP),
    ("ALTER POLICY own ON shop USING (size > 2)", SHOP),
    ("COMMENT ON POLICY own ON shop IS 'why'", SHOP),
    ("DROP POLICY own ON shop", SHOP),
    ("CREATE RULE quiet AS ON DELETE TO large DO INSTEAD NOTHING", LARGE),
    ("COMMENT ON RULE quiet ON large IS 'why'", LARGE),
    ("CREATE RULE told AS ON INSERT TO shop DO ALSO NOTIFY shop", SHOP),
    ("ALTER TABLE shop DISABLE RULE told", SHOP),
    ("CREATE STATISTICS together ON id, size FROM shop", SHOP),
    ("ALTER STATISTICS together SET STATISTICS 77", SHOP),
    ("COMMENT ON STATISTICS together IS 'why'", SHOP),
    ("CREATE STATISTICS other.together (ndistinct) ON id, name FROM shop", SHOP),
    # -- what views are made of
    ("CREATE OR REPLACE VIEW large AS SELECT id, size FROM shop WHERE twice(size) > 1", LARGE),
    # -- extensions
    ("COMMENT ON EXTENSION plpgsql IS 'why'", "DatabaseObject extension plpgsql"),
    ("CREATE EXTENSION dict_int SCHEMA other", "DatabaseObject extension dict_int"),
    ("ALTER EXTENSION dict_int SET SCHEMA public", "DatabaseObject extension dict_int"),
    ("ALTER EXTENSION dict_int ADD FUNCTION twice(int)", TWICE),
    # -- foreign servers
    ("ALTER SERVER far OPTIONS (ADD host 'h')", FAR),
    ("ALTER SERVER far VERSION '2'", FAR),
    ("CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (user 'u', password 'p')", FAR),
    ("ALTER USER MAPPING FOR PUBLIC SERVER far OPTIONS (SET user 'v')", FAR),
    ("DROP USER MAPPING FOR PUBLIC SERVER far", FAR),
    ("ALTER FOREIGN DATA WRAPPER wrapper OPTIONS (ADD host 'h')", WRAPPER),
    # -- publications
    ("ALTER PUBLICATION feed ADD TABLE shop", FEED),
    ("ALTER PUBLICATION feed SET (publish = 'insert')", FEED),
    ("ALTER PUBLICATION feed SET (publish_via_partition_root = true)", FEED),
    ("COMMENT ON PUBLICATION feed IS 'why'", FEED),
    ("CREATE PUBLICATION everything FOR ALL TABLES", "DatabaseObject publication everything"),
    # -- event triggers
    ("CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION watch()", WATCH),
    ("ALTER EVENT TRIGGER watching ENABLE REPLICA", WATCH),
    ("ALTER EVENT TRIGGER watching DISABLE", WATCH),
    ("COMMENT ON EVENT TRIGGER watching IS 'why'", WATCH),
    # -- collations, operators, casts, text search
    ("CREATE COLLATION german (LOCALE = 'C')", GERMAN),
    ("COMMENT ON COLLATION german IS 'why'", GERMAN),
    ("CREATE OPERATOR @@@ (LEFTARG = pair, RIGHTARG = pair, FUNCTION = join_pairs)", OPERATOR),
    ("COMMENT ON OPERATOR @@@ (pair, pair) IS 'why'", OPERATOR),
    ("CREATE CAST (pair AS text) WITH INOUT", CAST),
    ("CREATE TEXT SEARCH CONFIGURATION english (COPY = pg_catalog.english)", ENGLISH),
    ("ALTER TEXT SEARCH CONFIGURATION public.english DROP MAPPING FOR url", ENGLISH),
    (
        "CREATE TEXT SEARCH DICTIONARY short (TEMPLATE = pg_catalog.simple)",
        "DatabaseObject public.text search dictionary short",
    ),
]
SINCE_15: list[tuple[str, str]] = [
    ("ALTER PUBLICATION feed SET TABLE shop (id), sale", FEED),
    ("ALTER PUBLICATION feed SET TABLE shop WHERE (id > 1)", FEED),
    ("ALTER PUBLICATION feed SET TABLES IN SCHEMA other", FEED),
]
NOTHING_NEW: list[str] = [
    f"ALTER TABLE sale OWNER TO {ROLE}; GRANT SELECT ON sale TO {ROLE}; ALTER TABLE sale OWNER TO postgres",
    "GRANT ALL ON sale TO postgres",
    "GRANT EXECUTE ON FUNCTION join_pairs(pair, pair) TO PUBLIC",
]
"""What an owner may do, and everybody, is no news when it is written down."""


BROUGHT = '"extension":"dict_int"'
"""What an extension brings along comes and moves with it."""


def contents(url: str) -> dict[str, str]:
    return {
        key.replace('"', ""): each.content() for key, each in entities(url).items() if not key.startswith("Service")
    }


@pytest.fixture
def rights(each_postgres_database: str) -> Iterator[psycopg.Connection[object]]:
    with session(each_postgres_database, BEFORE) as admin:
        yield admin
        admin.execute(f"DROP EVENT TRIGGER IF EXISTS watching; DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")  # type: ignore[call-overload]


def test_every_statement_is_one_change(rights: psycopg.Connection[object], each_postgres_database: str) -> None:
    statements = STATEMENTS + (SINCE_15 if rights.info.server_version >= 150000 else [])
    before, told = contents(each_postgres_database), []
    for statement, expected in statements:
        rights.execute(statement)  # type: ignore[call-overload]
        after = contents(each_postgres_database)
        changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
        changed -= {key for key in changed if BROUGHT in before.get(key, "") + after.get(key, "") and key != expected}
        if changed != {expected}:
            told.append((statement, changed))
        before = after
    assert told == []


def test_what_goes_without_saying_is_no_change(rights: psycopg.Connection[object], each_postgres_database: str) -> None:
    before = contents(each_postgres_database)
    for statement in NOTHING_NEW:
        rights.execute(statement)  # type: ignore[call-overload]
        assert contents(each_postgres_database) == before, statement
