"""What the server's own ``\\d`` shows of constraints, indexes, triggers, routines and types, value by value."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from specs.entities import Constraint, Index, IndexKey
from tests.connectors.postgres.support import entities, session

pytestmark = pytest.mark.server

TABLES = """
CREATE TABLE shop (id int PRIMARY KEY, size int, name text, note text COLLATE "C", UNIQUE (id, size));
CREATE TABLE sale (id int, shop int, size int);
ALTER TABLE sale ADD CONSTRAINT full_match FOREIGN KEY (shop, size) REFERENCES shop (id, size) MATCH FULL;
ALTER TABLE sale ADD CONSTRAINT later FOREIGN KEY (shop) REFERENCES shop DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE sale ADD CONSTRAINT unchecked FOREIGN KEY (id) REFERENCES shop NOT VALID;
ALTER TABLE sale ADD CONSTRAINT positive CHECK (size > 0) NO INHERIT NOT VALID;
COMMENT ON CONSTRAINT positive ON sale IS 'why';
CREATE INDEX plain ON shop (id, name, note);
CREATE INDEX mixed ON shop (id DESC, size DESC NULLS LAST, name text_pattern_ops NULLS FIRST) WITH (fillfactor = 50);
CREATE INDEX collated ON shop (name COLLATE "C", note COLLATE "POSIX", lower(name) COLLATE "C");
"""


def constraints(table: Any) -> dict[str, Constraint]:
    return {each.name: each for each in table.constraints}


def indexes(table: Any) -> dict[str, Index]:
    return {each.name: each for each in table.indexes}


def test_constraints_say_what_they_keep_and_when(each_postgres_database: str) -> None:
    with session(each_postgres_database, TABLES):
        found = constraints(entities(each_postgres_database)["Table public.sale"])
    assert (found["full_match"].match, found["later"].match) == ("full", None)
    assert (found["later"].deferrable, found["later"].initially_deferred) == (True, True)
    assert [found[name].validated for name in ("later", "unchecked", "positive")] == [True, False, False]
    assert (found["positive"].no_inherit, found["later"].no_inherit) == (True, False)
    assert (found["positive"].comment, found["later"].comment) == ("why", None)


def test_indexes_say_how_their_keys_are_ordered(each_postgres_database: str) -> None:
    with session(each_postgres_database, TABLES):
        found = indexes(entities(each_postgres_database)["Table public.shop"])
    assert found["plain"].keys == ()
    assert found["mixed"].columns == ("id", "size", "name")
    assert found["mixed"].keys == (
        IndexKey(name="id", order="desc"),
        IndexKey(name="size", order="desc", nulls="last"),
        IndexKey(name="name", nulls="first", operator_class="text_pattern_ops"),
    )
    assert found["mixed"].options == {"fillfactor": "50"}
    assert found["collated"].keys == (
        IndexKey(name="name", collation="C"),
        IndexKey(name="note", collation="POSIX"),
        IndexKey(name="lower(name)", collation="C"),
    )
    assert all(index.valid for index in found.values())


def test_an_index_whose_building_failed_is_not_valid(each_postgres_database: str) -> None:
    with session(each_postgres_database, "CREATE TABLE t (a int)", "INSERT INTO t VALUES (1), (1)") as admin:
        with pytest.raises(psycopg.errors.UniqueViolation):
            admin.execute("CREATE UNIQUE INDEX CONCURRENTLY once ON t (a)")
        found = indexes(entities(each_postgres_database)["Table public.t"])
    assert found["once"].valid is False


def test_newer_constraints(each_postgres_database: str) -> None:
    with session(each_postgres_database, TABLES) as admin:
        version = admin.info.server_version
        if version < 150000:
            pytest.skip("from PostgreSQL 15 on")
        admin.execute(
            "ALTER TABLE sale ADD CONSTRAINT partial FOREIGN KEY (shop, size) REFERENCES shop (id, size)"
            " ON DELETE SET NULL (size)"
        )
        admin.execute("ALTER TABLE shop ADD CONSTRAINT one_null UNIQUE NULLS NOT DISTINCT (name)")
        found: Any = entities(each_postgres_database)
    partial = constraints(found["Table public.sale"])["partial"]
    assert (partial.on_delete, partial.on_delete_columns) == ("set null", ("size",))
    shop = found["Table public.shop"]
    assert constraints(shop)["one_null"].nulls_not_distinct
    assert indexes(shop)["one_null"].nulls_not_distinct
    assert not constraints(shop)["shop_id_size_key"].nulls_not_distinct


NEWEST = """
DROP TABLE sale;
CREATE TABLE sale (id int, shop int, size int);
INSERT INTO sale (id, size) VALUES (NULL, 1);
ALTER TABLE sale ADD CONSTRAINT has_id NOT NULL id NOT VALID;
ALTER TABLE sale ALTER size SET NOT NULL;
ALTER TABLE sale ADD CONSTRAINT sale_shop_not_null NOT NULL shop NOT VALID NO INHERIT;
CREATE TABLE stay (room int4range, valid daterange, PRIMARY KEY (room, valid WITHOUT OVERLAPS));
CREATE TABLE visit (room int4range, valid daterange,
    CONSTRAINT within FOREIGN KEY (room, PERIOD valid) REFERENCES stay (room, PERIOD valid));
CREATE DOMAIN named AS int CONSTRAINT given NOT NULL;
CREATE DOMAIN unnamed AS int NOT NULL;
CREATE TABLE long_name_long_name_long_name_long_name (column_name_column_name_column_name int NOT NULL);
"""


def test_the_newest_constraints(each_postgres_database: str) -> None:
    with session(each_postgres_database, TABLES) as admin:
        if admin.info.server_version < 180000:
            pytest.skip("from PostgreSQL 18 on")
        admin.execute(NEWEST)  # type: ignore[call-overload]
        found: Any = entities(each_postgres_database)
    sale = found["Table public.sale"]
    assert {each.name: each.nullable for each in sale.columns} == {"id": True, "shop": True, "size": False}
    told = {name: each for name, each in constraints(sale).items() if each.kind == "not_null"}
    assert {name: (each.columns, each.validated, each.no_inherit) for name, each in told.items()} == {
        "has_id": (("id",), False, False),
        "sale_shop_not_null": (("shop",), False, True),
    }
    key = constraints(found["Table public.stay"])["stay_pkey"]
    assert (key.without_overlaps, key.period) == (True, False)
    within = constraints(found["Table public.visit"])["within"]
    assert (within.without_overlaps, within.period) == (False, True)
    assert [each.name for each in found["UserType public.named"].constraints] == ["given"]
    assert found["UserType public.unnamed"].constraints == ()
    assert found["Table public.long_name_long_name_long_name_long_name"].constraints == ()


def test_tables_inherit_and_have_types(each_postgres_database: str) -> None:
    create = (
        "CREATE TYPE pair AS (x int, y text)",
        "CREATE TABLE one (id int)",
        "CREATE TABLE two (n int)",
        "CREATE TABLE both_of_them (extra int) INHERITS (two, one)",
        "CREATE TABLE typed OF pair",
    )
    with session(each_postgres_database, *create):
        found: Any = entities(each_postgres_database)
    base = found["Schema public"].fqn
    assert found["Table public.both_of_them"].inherits == (f"{base}.two", f"{base}.one")
    assert found["Table public.one"].inherits == ()
    assert found["Table public.typed"].of_type == f"{base}.pair"


def test_types_have_comments_and_collations(each_postgres_database: str) -> None:
    create = (
        'CREATE TYPE pair AS (x int, y text COLLATE "C")',
        "COMMENT ON COLUMN pair.x IS 'an x'",
        'CREATE DOMAIN word AS text COLLATE "C" CONSTRAINT short CHECK (length(VALUE) < 9)',
        "COMMENT ON CONSTRAINT short ON DOMAIN word IS 'why'",
        'CREATE TABLE t (a word, b word COLLATE "POSIX", c pair, d name)',
    )
    with session(each_postgres_database, *create):
        found: Any = entities(each_postgres_database)
    x, y = found["UserType public.pair"].fields
    assert (x.comment, x.collation, y.comment, y.collation) == ("an x", None, None, "C")
    word = found["UserType public.word"]
    assert (word.collation, word.constraints[0].comment) == ("C", "why")
    assert [each.collation for each in found["Table public.t"].columns] == ["C", "POSIX", None, None]


def test_only_what_was_measured_has_a_size(each_postgres_database: str) -> None:
    with session(each_postgres_database, "CREATE TABLE fresh (a int)", "CREATE TABLE emptied (a int)") as admin:
        admin.execute("VACUUM emptied")
        found: Any = entities(each_postgres_database)
        asked: Any = entities(each_postgres_database, sizes=True)
        measured = 0 if admin.info.server_version >= 140000 else None
    assert found["Table public.fresh"].size_bytes is None
    assert found["Table public.emptied"].size_bytes == measured
    assert asked["Table public.fresh"].size_bytes == 0


def test_triggers_say_when_and_with_what(each_postgres_database: str) -> None:
    create = (
        "CREATE TABLE t (a int, b int)",
        "CREATE TABLE u (a int)",
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'",
        "CREATE TRIGGER few BEFORE UPDATE OF b, a ON t FOR EACH ROW WHEN ('x'::text <> ('y'))"
        r" EXECUTE FUNCTION touch('a, b', 'it''s', '', E'back\\slash', '(''z'')')",
        "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON t FROM u DEFERRABLE INITIALLY DEFERRED"
        " FOR EACH ROW EXECUTE FUNCTION touch()",
        "CREATE TRIGGER tables AFTER UPDATE ON t REFERENCING OLD TABLE AS was NEW TABLE AS now_"
        " FOR EACH STATEMENT EXECUTE FUNCTION touch()",
        "ALTER TABLE t ENABLE REPLICA TRIGGER few",
        "ALTER TABLE t DISABLE TRIGGER tables",
    )
    with session(each_postgres_database, *create):
        found: Any = entities(each_postgres_database)
    few, later, tables = (found[f"Trigger public.t.{name}"] for name in ("few", "later", "tables"))
    assert few.columns == ("b", "a")
    assert few.arguments == ("a, b", "it's", "", "back\\slash", "('z')")
    assert (few.state, few.enabled, tables.state, tables.enabled) == ("replica", True, "disabled", False)
    assert (later.state, later.arguments, later.columns) == (None, (), ())
    assert (later.constraint, later.deferrable, later.initially_deferred) == (True, True, True)
    assert later.referred_table == found["Table public.u"].fqn
    assert (tables.old_table, tables.new_table, tables.constraint) == ("was", "now_", False)


def test_routines_say_how_they_may_be_called(each_postgres_database: str) -> None:
    create = (
        "CREATE FUNCTION plain() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION rich() RETURNS SETOF int LANGUAGE sql STABLE STRICT LEAKPROOF PARALLEL SAFE COST 7 ROWS 9"
        " SET search_path = pg_catalog SET app.secret_token = 'hidden' AS 'SELECT 1'",
        "CREATE PROCEDURE act() LANGUAGE sql AS 'SELECT 1'",
        "CREATE AGGREGATE total(int) (sfunc = int4pl, stype = int, initcond = '0', parallel = safe)",
    )
    with session(each_postgres_database, *create):
        found: Any = entities(each_postgres_database)
    plain, rich, act = (found[f"StoredProcedure public.{name}()"] for name in ("plain", "rich", "act"))
    assert (plain.volatility, plain.strict, plain.parallel, plain.cost, plain.rows) == (
        "volatile", False, "unsafe", None, None
    )  # fmt: skip
    assert (rich.volatility, rich.strict, rich.leakproof, rich.parallel) == ("stable", True, True, "safe")
    assert (rich.cost, rich.rows) == (7, 9)
    assert rich.settings == {"app.secret_token": "***", "search_path": "pg_catalog"}
    assert (act.volatility, act.parallel) == (None, None)
    total = found["StoredProcedure public.total(integer)"]
    assert total.properties == {"sfunc": "int4pl", "stype": "integer", "initcond": "0"}
    assert total.parallel == "safe"


def test_partition_keys_say_by_what_they_are_compared(each_postgres_database: str) -> None:
    create = (
        'CREATE TABLE plain (a text, "B c" int) PARTITION BY RANGE (a, "B c")',
        "CREATE TABLE by_pattern (a text) PARTITION BY LIST (a text_pattern_ops)",
    )
    with session(each_postgres_database, *create):
        found: Any = entities(each_postgres_database)
    plain = found["Table public.plain"].partitioning
    assert (plain.columns, plain.expression) == (("a", "B c"), None)
    pattern = found["Table public.by_pattern"].partitioning
    assert (pattern.columns, pattern.expression) == (("a",), "a text_pattern_ops")


def test_ranges_say_what_they_are_made_of(each_postgres_database: str) -> None:
    create = (
        "CREATE FUNCTION apart(text, text) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT 1.0::float8'",
        'CREATE TYPE words AS RANGE (subtype = text, subtype_opclass = text_pattern_ops, collation = "C",'
        " subtype_diff = apart)",
        "CREATE TYPE span AS RANGE (subtype = int4)",
    )
    with session(each_postgres_database, *create) as admin:
        multirange = admin.info.server_version >= 140000
        found: Any = entities(each_postgres_database)
    known = found["UserType public.words"].properties
    assert known.pop("multirange", None) == ("public.words_multirange" if multirange else None)
    assert known == {"collation": "C", "operator class": "text_pattern_ops", "subtype diff": "public.apart"}
    assert found["UserType public.span"].properties.keys() <= {"multirange"}


@pytest.mark.parametrize("schemas", [1, 300])
def test_databases_say_how_their_sessions_begin(each_postgres_database: str, schemas: int) -> None:
    """However long that is: what a unit carries along is short, and the rest is asked for."""
    name = each_postgres_database.rpartition("/")[2]
    path = ", ".join(f"s{at}" for at in range(schemas))
    with session(each_postgres_database, f'ALTER DATABASE "{name}" SET search_path = {path}') as admin:
        admin.execute(f'ALTER DATABASE "{name}" CONNECTION LIMIT 30')  # type: ignore[call-overload]
        found: Any = entities(each_postgres_database)
    [database] = [entity for entity in found.values() if entity.type_name() == "Database"]
    assert database.settings == {"search_path": path}
    assert database.properties == {"connection limit": "30"}
