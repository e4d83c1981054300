"""What belongs to objects and lies beside them: dependencies, extensions, grants, foreign servers."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from connectors.postgres.build.foreign import read
from connectors.postgres.build.grants import grants
from specs import names
from specs.entities import Dependency, Grant
from specs.topology.events import Found, Reported
from specs.topology.scope import EVERYTHING, Scope
from tests.connectors.postgres.support import SERVICE, entities, events, session, source

OWNER = "owner=arwdDxt/owner"


@pytest.mark.parametrize(
    ("acl", "default", "expected"),
    [
        (None, None, []),
        ([OWNER], [OWNER], []),
        ([OWNER, "a=r/owner", "a=w*/other"], [OWNER], [("a", ("select", "update"), ("update",), ())]),
        (["owner=arwDxt/owner"], [OWNER], [("owner", (), (), ("delete",))]),
        (["owner=a*r*w*d*D*x*t*/owner"], [OWNER], []),
        (["owner=X/owner"], ["=X/owner", "owner=X/owner"], [("public", (), (), ("execute",))]),
        (["=r/owner", OWNER], [OWNER], [("public", ("select",), (), ())]),
        (['"odd ""one"" =x/"=r/owner'], [], [('odd "one" =x/', ("select",), (), ())]),
        ([], ["owner=arw/owner"], [("owner", (), (), ("insert", "select", "update"))]),
        (["a=Q/owner"], [], [("a", ("Q",), (), ())]),
    ],
)
def test_grants_are_what_differs_from_the_defaults(
    acl: list[str] | None, default: list[str] | None, expected: list[tuple[Any, ...]]
) -> None:
    found = [(each.grantee, each.privileges, each.grantable, each.revoked) for each in grants(acl, default)]
    assert found == expected


def test_options_are_shown_only_where_they_are_harmless() -> None:
    given = ["host=h", "user=u", "password=p", "passfile=/x", "what_ever=1", "servername=https://me:pw@h/x", "empty="]
    assert read(given) == {
        "host": "h", "user": "u", "password": "***", "passfile": "***", "what_ever": "***",
        "servername": "https://***@h/x", "empty": "***",
    }  # fmt: skip
    assert read(None) == {}


@pytest.mark.server
def test_views_say_what_they_are_made_of(each_postgres_database: str) -> None:
    setup = """
    CREATE SCHEMA "o.ther";
    CREATE TABLE t (a int PRIMARY KEY, b text, c int);
    CREATE TABLE "o.ther"."T t" (a int, d int);
    CREATE FUNCTION f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';
    CREATE VIEW v AS SELECT a, upper(b) AS b FROM t;
    CREATE VIEW w AS WITH x AS (SELECT * FROM v) SELECT x.b, s.d FROM x JOIN "o.ther"."T t" AS s USING (a);
    CREATE MATERIALIZED VIEW m AS SELECT f(c) FROM t UNION ALL SELECT count(*)::int FROM "o.ther"."T t";
    CREATE VIEW nothing AS SELECT 1 AS one;
    CREATE VIEW grouped AS SELECT a, b FROM t GROUP BY a;
    CREATE RECURSIVE VIEW r (n) AS SELECT 1 UNION ALL SELECT n + 1 FROM r, t WHERE n < a;
    """
    with session(each_postgres_database, setup):
        found = entities(each_postgres_database)
    base = f"{SERVICE}.{each_postgres_database.rsplit('/', 1)[1]}"
    other, t, v = names.build(*base.split("."), "o.ther", "T t"), f"{base}.public.t", f"{base}.public.v"

    def parts(name: str) -> tuple[Dependency, ...]:
        made: tuple[Dependency, ...] = found[f"Table public.{name}"].depends_on  # type: ignore[attr-defined]
        return made

    assert parts("t") == parts("nothing") == ()
    assert parts("v") == (Dependency(fqn=t, columns=("a", "b")),)
    assert set(parts("w")) == {Dependency(fqn=v, columns=("a", "b")), Dependency(fqn=other, columns=("a", "d"))}
    assert set(parts("m")) == {
        Dependency(fqn=f"{base}.public.f(integer)", type="StoredProcedure"),
        Dependency(fqn=t, columns=("c",)),
        Dependency(fqn=other),
    }
    assert {each.fqn for each in parts("grouped")} == {t}
    assert parts("r") == (Dependency(fqn=t, columns=("a",)),)


@pytest.mark.server
def test_what_belongs_to_an_extension_says_so_and_can_be_left_out(each_postgres_database: str) -> None:
    extensions = "CREATE EXTENSION hstore; CREATE EXTENSION pg_stat_statements"
    own = "CREATE FUNCTION own() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    with session(each_postgres_database, extensions, own):
        whole = [event for event in events(each_postgres_database) if isinstance(event, Found)]
        few = list(events(each_postgres_database, extension_objects=False))
    owned = [event.entity for event in whole if getattr(event.entity, "extension", None) is not None]
    assert {entity.type_name() for entity in owned} == {"StoredProcedure", "Table", "DatabaseObject"}
    routines = {event.entity.name for event in whole if event.entity.type_name() == "StoredProcedure"}
    assert routines - {each.name for each in owned} == {"own()"}
    left_out = [event.outcome for event in few if isinstance(event, Reported)]
    assert {(each.kind, each.reason) for each in left_out} == {("filtered", "extension_objects: false")}
    assert sorted(each.fqn for each in left_out) == sorted(each.fqn for each in owned)
    kept = {event.entity.fqn for event in few if isinstance(event, Found)}
    assert kept == {event.entity.fqn for event in whole} - {each.fqn for each in left_out}
    assert any(fqn.endswith(".extension hstore") for fqn in kept)


@pytest.mark.server
def test_grants_of_schemas_and_databases_of_any_number(each_postgres_database: str) -> None:
    name = each_postgres_database.rsplit("/", 1)[1]
    roles = [f"one_of_many_grantees_{at:03}" for at in range(60)]
    make = [f"DROP ROLE IF EXISTS {role}; CREATE ROLE {role}" for role in roles]
    everybody = ", ".join(roles)
    give = [
        f"GRANT USAGE, CREATE ON SCHEMA public TO {everybody}",
        f'GRANT CREATE ON DATABASE "{name}" TO {everybody}',
        f"CREATE SCHEMA few; GRANT USAGE ON SCHEMA few TO {roles[0]}",
    ]
    with session(each_postgres_database, *make, *give) as admin:
        found = entities(each_postgres_database)
        with closing(source(each_postgres_database)) as one:
            items = {each.key: each for each in one.schemas(Scope.of(SERVICE, name), EVERYTHING)}
        admin.execute(f"DROP OWNED BY {everybody}; DROP ROLE {everybody}")  # type: ignore[call-overload]
    given = {each.grantee for each in found["Schema public"].grants}  # type: ignore[attr-defined]
    assert given - {"public"} == set(roles)
    database: Any = next(each for key, each in found.items() if key.startswith("Database "))
    assert {each.grantee for each in database.grants} == set(roles)
    assert found["Schema few"].grants == (Grant(grantee=roles[0], privileges=("usage",)),)  # type: ignore[attr-defined]
    assert all(len(str(item)) < 4096 for item in items.values())


@pytest.mark.server
def test_secrets_of_servers_and_subscriptions_stay_where_they_are(each_postgres_database: str) -> None:
    setup = """
    CREATE FOREIGN DATA WRAPPER w OPTIONS (token 'sesame');
    CREATE SERVER s TYPE 'odd' VERSION '7' FOREIGN DATA WRAPPER w OPTIONS (host 'h', dbname 'd', apikey 'sesame');
    CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (user 'u', password 'sesame');
    CREATE SUBSCRIPTION sub CONNECTION 'host=h password=sesame' PUBLICATION p WITH (connect = false);
    """
    with session(each_postgres_database, setup) as admin:
        try:
            found = entities(each_postgres_database)
        finally:
            admin.execute("ALTER SUBSCRIPTION sub SET (slot_name = NONE)")
            admin.execute("DROP SUBSCRIPTION sub")
    server: Any = found["DatabaseObject foreign server s"]
    assert server.properties == {
        "apikey": "***", "dbname": "d", "host": "h", "type": "odd", "wrapper": "w",
        "user mapping public": "password=***, user=u",
    }  # fmt: skip
    assert (server.kind, server.name, server.version) == ("foreign server", "s", "7")
    subscription: Any = found["DatabaseObject subscription sub"]
    assert subscription.properties["publications"] == "p"
    assert not subscription.enabled
    assert "sesame" not in "".join(entity.content() for entity in found.values())


@pytest.mark.server
def test_objects_exist_under_the_conditions_of_their_listing(each_postgres_database: str) -> None:
    name = each_postgres_database.rsplit("/", 1)[1]
    setup = "CREATE COLLATION plain (LOCALE = 'C'); CREATE PUBLICATION plain"
    ranges = "CREATE TYPE some_range AS RANGE (subtype = int)"
    with session(each_postgres_database, setup, ranges), closing(source(each_postgres_database)) as one:
        asked = ["collation plain", "publication plain", "language plpgsql", "extension plpgsql", "plain"]
        asked.append("cast public.some_range AS public.some_multirange")  # made with the type, and a part of it
        above = one.exists("DatabaseObject", Scope.of(SERVICE, name), asked)
        below = one.exists("DatabaseObject", Scope.of(SERVICE, name, "public"), asked)
        top = one.exists("DatabaseObject", Scope.of(SERVICE), ["tablespace pg_default", "tablespace none"])
        gone = one.exists("DatabaseObject", Scope.of(SERVICE, f"{name}_gone", "public"), asked)
    assert [key for key, answer in above.items() if answer == "yes"] == ["publication plain", "extension plpgsql"]
    assert [key for key, answer in below.items() if answer == "yes"] == ["collation plain"]
    assert set(top.values()) == set(gone.values()) == {"no"}


@pytest.mark.server
def test_tablespaces_belong_to_the_service(each_postgres_database: str) -> None:
    with session(each_postgres_database, "SET allow_in_place_tablespaces = on") as admin:
        if admin.info.server_version < 150000:
            pytest.skip("in-place tablespaces: from 15 on")
        admin.execute("CREATE TABLESPACE fast LOCATION '' WITH (random_page_cost = 1.1)")
        try:
            admin.execute("COMMENT ON TABLESPACE fast IS 'quick'; GRANT CREATE ON TABLESPACE fast TO PUBLIC")
            found = entities(each_postgres_database)
        finally:
            admin.execute("DROP TABLESPACE fast")
    space: Any = next(each for key, each in found.items() if "tablespace fast" in key)
    assert (space.parent, space.name, space.comment) == (SERVICE, "fast", "quick")
    assert space.properties["random_page_cost"] == "1.1"
    assert space.grants == (Grant(grantee="public", privileges=("create",)),)
