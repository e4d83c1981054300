"""``make demo``: builds the sample estate, crawls it with the real command, changes the estate and crawls it again.

The catalog, the recipes and the database files stay in ``.demo/``; the server is stopped at the end.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.estate import build
from tests.servers import postgres
from tests.servers.process import Unavailable

ROOT = Path(__file__).parents[1]
FOLDER = Path(".demo")
HEADRACE = Path(sys.executable).with_name("headrace")


def main() -> int:
    os.chdir(ROOT)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    environment = {"HEADRACE_CATALOG": f"sqlite:///{(ROOT / FOLDER / 'catalog.db').as_posix()}"}
    say("An online shop with 3 schemas and about 60 tables, as PostgreSQL, SQLite and DuckDB")
    files = {"shop_sqlite": ("sqlite", "shop.db"), "shop_duckdb": ("duckdb", "shop.duckdb")}
    build.build_sqlite(FOLDER / "shop.db")
    build.build_duckdb(FOLDER / "shop.duckdb")
    try:
        with server() as url:
            if url:
                environment["SHOP_PASSWORD"] = postgres.PASSWORD
                build.build_postgres(url)
            return tour(url, files, environment)
    except KeyboardInterrupt:
        return 130


def tour(url: str | None, files: dict[str, tuple[str, str]], environment: dict[str, str]) -> int:
    """Run the demo's commands one after the other; returns the highest of their exit codes.

    ``url`` is that of the PostgreSQL server, ``files`` are ``(connector, file name)`` by service name, ``environment``
    is added to that of the commands.
    """
    codes = [0]

    def headrace(*arguments: str, tail: int | None = None) -> None:
        print(f"\n$ headrace {shlex.join(arguments)}", flush=True)
        done = subprocess.run(
            [HEADRACE, *arguments], env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
            stdout=None if tail is None else subprocess.PIPE, text=True,
        )  # fmt: skip
        if tail is not None:
            lines = done.stdout.rstrip().splitlines()
            print("\n".join([*lines[:tail], *(["  ..."] if len(lines) > tail else [])]), flush=True)
        codes.append(done.returncode)

    main_service = "shop" if url else "shop_sqlite"
    if url:
        port = url.rsplit(":", 1)[1].partition("/")[0]
        say("1. Crawl it")
        recipe("shop", "postgres", {
            "host": "127.0.0.1", "port": int(port), "database": "postgres",
            "username": postgres.USER, "password": "${env:SHOP_PASSWORD}",
        })  # fmt: skip
        headrace("crawl", f"{FOLDER}/shop.yml")
    else:
        say("1. Crawl it (PostgreSQL cannot run here, so the files only)")
    for name, (connector, file) in files.items():
        recipe(name, connector, {"path": f"{FOLDER}/{file}"})
        headrace("crawl", f"{FOLDER}/{name}.yml", *(["--quiet"] if url else []), tail=1 if url else None)

    schema = "shop.postgres.catalog" if url else "shop_sqlite.main.main"
    table, view, source = f"{schema}.brands", f"{schema}.product_search", f"{schema}.products"
    say("2. Four things to do next: search it ...")
    headrace("search", "customer", "email", tail=12)
    say("... show a table ...")
    headrace("show", table, tail=45)
    say("... ask what feeds a view, and what a change of a column would reach ...")
    headrace("lineage", view, "--columns", tail=40)
    headrace("impact", f"{source}.name", tail=20)
    say("... and see what changed, after something changed there")
    change(url)
    headrace("crawl", f"{FOLDER}/{main_service}.yml", "--quiet", tail=12)
    headrace("diff", tail=40)

    print(f"\nThe catalog stays in {FOLDER}/. To go on with it:\n")
    print(f"  export HEADRACE_CATALOG={environment['HEADRACE_CATALOG']}")
    looks = ("tree", "search orders", f"show '{table}'", f"lineage '{source}'")
    for arguments in (*looks, "runs", "export --format jsonl | head -3"):
        print(f"  .venv/bin/headrace {arguments}")
    return max(codes)


def change(url: str | None) -> None:
    """Add a column, drop a table, reword a comment."""
    statements = (
        "ALTER TABLE catalog.products ADD COLUMN rating numeric(3,2) DEFAULT 0",
        "COMMENT ON COLUMN catalog.brands.country IS 'Where the brand comes from, ISO 3166 alpha-2'",
        "DROP TABLE catalog.related_products",
    )
    print()
    if url:
        import psycopg

        with psycopg.connect(url, autocommit=True) as connection:
            for statement in statements:
                print(f"sql> {statement}")
                connection.execute(statement)
    else:
        import sqlite3

        file = sqlite3.connect(FOLDER / "shop.db")
        print("sql> ALTER TABLE products ADD COLUMN rating REAL DEFAULT 0")
        file.execute("ALTER TABLE products ADD COLUMN rating REAL DEFAULT 0")
        file.close()


@contextmanager
def server() -> Iterator[str | None]:
    """Yields the URL of a PostgreSQL server that runs during the block; ``None`` when PostgreSQL cannot run here."""
    try:
        running = postgres.PostgresServer(postgres.installed()[-1]) if postgres.installed() else None
    except Unavailable as error:
        print(f"PostgreSQL cannot run here: {error}")
        running = None
    try:
        yield running.url if running else None
    finally:
        if running:
            running.stop()


def recipe(name: str, connector: str, connection: dict[str, object]) -> None:
    settings = "\n".join(f"  {key}: {quoted(value)}" for key, value in connection.items())
    (FOLDER / f"{name}.yml").write_text(
        f"service: {{name: {name}, type: {connector}}}\nconnection:\n{settings}\nextract: {{lineage: true}}\n",
        encoding="utf-8",
    )


def quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


def say(text: str) -> None:
    print(f"\n# {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
