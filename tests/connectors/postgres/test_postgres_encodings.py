"""Databases in other encodings and collations: names keep their letters, keys keep their order."""

from __future__ import annotations

from contextlib import closing

import psycopg
import pytest

from specs.topology.scope import EVERYTHING, KeyRange, Scope
from tests.connectors.postgres.support import SERVICE, events, outcomes, session, source

pytestmark = pytest.mark.server


def test_a_database_in_another_encoding(each_postgres_database: str) -> None:
    head, _, name = each_postgres_database.rpartition("/")
    other = f"{head}/{name}_latin"
    with session(each_postgres_database) as admin:
        admin.execute(f'CREATE DATABASE "{name}_latin" ENCODING latin1 TEMPLATE template0 LOCALE "C"')
        try:
            with session(other, 'CREATE TABLE "zé" (a int)', 'CREATE TABLE "täbl" (a int)', "CREATE TABLE tx ()"):
                sent, reported = outcomes(events(other))
            with closing(source(other)) as one:
                scope = Scope.of(SERVICE, f"{name}_latin", "public")
                answer = one.exists("Table", scope, ["täbl", "no", "日本"])
                ranged = [step.key for step in one.tables(scope, KeyRange("tx", "täbl"))]
                keys = list(one.split("table", scope, EVERYTHING, 1))
        finally:
            admin.execute(f'DROP DATABASE "{name}_latin" WITH (FORCE)')
    assert sent[-3:] == ["tx", "täbl", "zé"]
    assert reported == []
    assert answer == {"täbl": "yes", "no": "no", "日本": "unknown"}
    assert ranged == ["täbl"]
    assert keys == ["tx", "täbl"]


def test_a_linguistic_collation_does_not_order_keys(each_postgres_database: str) -> None:
    head, _, name = each_postgres_database.rpartition("/")
    create = f"CREATE DATABASE \"{name}_icu\" TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
    with session(each_postgres_database) as admin:
        try:
            admin.execute(create)  # type: ignore[call-overload]
        except (psycopg.errors.FeatureNotSupported, psycopg.errors.SyntaxError):
            pytest.skip("this PostgreSQL is built without ICU")
        try:
            other = f"{head}/{name}_icu"
            with session(other, *(f'CREATE TABLE "{key}" ()' for key in ("a", "B", "c", "Ä", "ab", "a_b"))):
                pass
            with closing(source(other)) as one:
                scope = Scope.of(SERVICE, f"{name}_icu", "public")
                keys = [step.key for step in one.tables(scope, EVERYTHING)]
                ranged = [step.key for step in one.tables(scope, KeyRange("B", "ab"))]
                cuts = list(one.split("table", scope, EVERYTHING, 2))
        finally:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}_icu" WITH (FORCE)')  # type: ignore[call-overload]
    assert keys == ["B", "a", "a_b", "ab", "c", "Ä"]
    assert ranged == ["a", "a_b", "ab"]
    assert cuts == ["a", "ab"]
