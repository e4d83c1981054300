"""Texts of megabytes: read whole, in pieces, alone in memory; small neighbours are read as ever."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from connectors.postgres.facets.long_texts import PIECE
from specs.entities.database.routines import StoredProcedure
from specs.entities.database.tables import Table
from specs.topology.scope import Scope
from tests.connectors.postgres.support import SERVICE, entities, source

LONG = 4 * 1024 * 1024
ROOT = Path(__file__).parents[3]


@pytest.fixture
def large(each_postgres_database: str) -> str:
    with psycopg.connect(each_postgres_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE a (x int); CREATE TABLE b (x int); CREATE TABLE c (x int)")
        connection.execute("CREATE TABLE d (x text DEFAULT 'é')")
        connection.execute("COMMENT ON COLUMN a.x IS 'short'")
        for name, length in (("TABLE b", LONG + 1), ("COLUMN c.x", LONG), ("TABLE c", 2 * PIECE)):
            connection.execute(f"DO $$ BEGIN EXECUTE format('COMMENT ON {name} IS %L', repeat('é', {length})); END $$")
        views = ", ".join(f"repeat('v', 10) || '{'w' * 7000}' AS c{at}" for at in range(LONG // 7000 + 2))
        connection.execute(f"CREATE VIEW long_view AS SELECT {views}")
        connection.execute("CREATE VIEW short_view AS SELECT 1 AS one")
        body = f"BEGIN /* {'ü' * LONG} */ RETURN 1; END"
        connection.execute(f"CREATE FUNCTION long_body() RETURNS int LANGUAGE plpgsql AS $x${body}$x$")
        connection.execute("CREATE FUNCTION short_body() RETURNS int LANGUAGE sql AS 'SELECT 1'")
        labels = ", ".join(f"'label_{at}'" for at in range(10_000))
        connection.execute(f"CREATE TYPE many AS ENUM ({labels})")
    return each_postgres_database


def table(found: object) -> Table:
    assert isinstance(found, Table)
    return found


def test_long_texts_come_whole_and_short_ones_beside_them(large: str) -> None:
    found = entities(large)
    assert table(found["Table public.a"]).columns[0].comment == "short"
    assert table(found["Table public.b"]).comment == "é" * (LONG + 1)
    assert table(found["Table public.c"]).columns[0].comment == "é" * LONG
    assert table(found["Table public.c"]).comment == "é" * (2 * PIECE)
    text = table(found["Table public.long_view"]).view_definition or ""
    assert len(text) > LONG
    assert text.count("w" * 7000) == LONG // 7000 + 2
    assert "1 AS one" in (table(found["Table public.short_view"]).view_definition or "")
    long_body, short_body = found["StoredProcedure public.long_body()"], found["StoredProcedure public.short_body()"]
    assert isinstance(long_body, StoredProcedure)
    assert isinstance(short_body, StoredProcedure)
    assert long_body.code == f"BEGIN /* {'ü' * LONG} */ RETURN 1; END"
    assert short_body.code == "SELECT 1"


def test_listings_weigh_texts_before_they_are_read(large: str) -> None:
    """A weight is about 500 bytes of what will be read."""
    made = source(large)
    weights = {
        each.name: each.weight
        for node in ("table", "stored_procedure", "type")
        for each in made.names_below(node, Scope.of(SERVICE, large.rpartition("/")[2]), ["public"])
    }
    made.close()
    assert weights["b"] > 2 * LONG // 500, "bytes, not characters"
    assert weights["c"] > (2 * LONG + 4 * PIECE) // 500
    assert weights["long_view"] > LONG // 1000
    assert weights["long_body()"] > 2 * LONG // 500
    assert weights["many"] > 1000
    assert max(weights[name] for name in ("a", "d", "short_view", "short_body()")) < 20
    assert all(isinstance(weight, int) for weight in weights.values())


def test_labels_of_an_enum_are_told_once(large: str) -> None:
    with psycopg.connect(large, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE enums ({', '.join(f'e{at} many' for at in range(500))})")
    found = entities(large)
    assert len(found["UserType public.many"].content()) > 100_000
    assert len(found["Table public.enums"].content()) < 100_000


def measured(*arguments: str) -> tuple[str, int]:
    """What a command said, and the most memory that its process took, in MB."""
    command = (
        "import sys\n"
        "from scheduler.cli.cli import main\n"
        "from workers.process.governor.memory import peak_rss\n"
        "try: main()\n"
        "finally: print(peak_rss() >> 20, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", command, *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=240, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout, int(done.stderr.split()[-1])


def test_twenty_megabytes_of_comment_and_thirty_of_body_fit_into_flat_memory(
    postgres_database: str, tmp_path: Path
) -> None:
    with psycopg.connect(postgres_database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (x int)")
        for what in (
            "COMMENT ON TABLE t IS %L', repeat('x', 20 * 1024 * 1024)",
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS %L', 'BEGIN ' || repeat('/* y */ ', 30 * 1024 * 128)"
            " || ' RETURN 1; END'",
            "CREATE VIEW v AS SELECT ' || (SELECT string_agg(format('%L::text AS c%s', repeat('z', 7000), n), ', ')"
            " FROM generate_series(1, 1500) AS n) || '%s', ''",
        ):
            connection.execute(f"DO $$ BEGIN EXECUTE format('{what}); END $$")
    catalog = ("--catalog", f"sqlite:///{tmp_path}/catalog.db")
    said, peak = measured("crawl", postgres_database, "--name", "large", "--quiet", "--json", *catalog)
    summary = json.loads(said)
    assert (summary["status"], summary["entities"]["StoredProcedure"]["emitted"]) == ("complete", 1)
    assert peak <= 200
    said, peak = measured("export", *catalog)
    assert max(map(len, said.splitlines())) > 30 * 1024 * 1024
    assert peak <= 200
