"""Runs DataHub's own ingestion over the zoo and writes down what it made: ``make compare-datahub``.

The package is installed at a fixed version into ``.tools/datahub``. Facts are names, types and places; ``--check``
compares with those that are frozen instead of writing them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.catalogs import zoo
from tests.catalogs.frozen_facts import write_or_compare
from tests.servers import mariadb, postgres

VERSION = "1.7.0.17"
PACKAGE = f"acryl-datahub[mysql,postgres,sqlalchemy]=={VERSION}"
FACTS = Path(__file__).parent / "datahub_facts.json"
TOOLS = Path(__file__).parents[2] / ".tools" / "datahub"
DATABASE = "shopdb"
Facts = dict[str, dict[str, Any]]


def command() -> Path:
    """DataHub's command, installed when it is not there."""
    made = TOOLS / "bin" / "datahub"
    if not made.exists():
        venv.create(TOOLS, with_pip=True)
        subprocess.run([TOOLS / "bin" / "pip", "install", "--quiet", PACKAGE, "psycopg2-binary"], check=True)
    return made


def ingest(type_: str, config: dict[str, Any], folder: Path) -> Facts:
    """What its source ``type_`` makes of a database, by URN."""
    target, recipe = folder / "out.json", folder / "recipe.json"
    sink = {"type": "file", "config": {"filename": str(target)}}
    recipe.write_text(json.dumps({"source": {"type": type_, "config": config}, "sink": sink}))
    done = subprocess.run(
        [command(), "ingest", "run", "-c", str(recipe), "--no-default-report"],
        env={**os.environ, "DATAHUB_TELEMETRY_ENABLED": "false", "HOME": str(folder)},
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{type_}: {done.stdout[-500:]} {done.stderr[-2000:]}")
    return facts(_aspects(json.loads(target.read_text())))


def _aspects(events: list[dict[str, Any]]) -> Facts:
    """Snapshots and proposals alike: aspects by URN and name."""
    found: Facts = {}
    for event in events:
        if "proposedSnapshot" in event:
            (snapshot,) = event["proposedSnapshot"].values()
            for aspect in snapshot["aspects"]:
                ((name, value),) = aspect.items()
                short = name.rpartition(".")[2]
                found.setdefault(snapshot["urn"], {})[short[0].lower() + short[1:]] = value
        elif event.get("aspect"):
            found.setdefault(event["entityUrn"], {})[event["aspectName"]] = event["aspect"]["json"]
    return found


def facts(aspects: Facts) -> Facts:
    """What is compared of containers and datasets."""
    found: Facts = {}
    for urn, told in sorted(aspects.items()):
        if urn.startswith(("urn:li:container:", "urn:li:dataset:")):
            told = {**told, **told.get("schemaMetadata", {})}
            found[urn] = {
                "name": told.get("containerProperties", told.get("datasetProperties"))["name"],
                "container": told.get("container", {}).get("container") if "container" in told else None,
                "path": [step["urn"] for step in told["browsePathsV2"]["path"]],
                "subtypes": told["subTypes"]["typeNames"],
                "schema": told.get("schemaName"),
                "description": told.get("datasetProperties", {}).get("description"),
                "fields": {
                    each["fieldPath"]: [
                        next(iter(each["type"]["type"])).rpartition(".")[2].removesuffix("Type"), each["nullable"],
                        each["isPartOfKey"], each.get("description"),
                    ]
                    for each in told.get("fields", ())
                },
                "lineage": _lineage(told.get("upstreamLineage", {})),
                "foreign": sorted(
                    [each["name"], each["sourceFields"], each["foreignFields"]]
                    for each in told.get("foreignKeys") or ()
                ),
            }  # fmt: skip
    return found


def _lineage(told: dict[str, Any]) -> dict[str, Any]:
    """The sources of a dataset, and those of its columns with what becomes of them: ``COPY`` or ``SQL``."""
    return {
        "sources": sorted([each["dataset"], each["type"]] for each in told.get("upstreams", ())),
        "columns": sorted(
            [each["downstreams"], sorted(each["upstreams"]), each["transformOperation"].partition(":")[0]]
            for each in told.get("fineGrainedLineages") or ()
        ),
    }


def gather() -> dict[str, Any]:
    """What it makes of every flavour. Starts and stops servers of its own."""
    found: dict[str, Any] = {"version": VERSION}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = postgres.PostgresServer(postgres.installed()[-1])
        try:
            url = postgres.create_database(server.url, DATABASE)
            zoo.fill_postgres(url)
            access = _access(url) | {"database": url.rpartition("/")[2]}
            found["postgres"] = ingest("postgres", access, folder)
            found["postgres eu"] = ingest("postgres", access | {"platform_instance": "eu", "env": "DEV"}, folder)
        finally:
            server.stop()
        binary = mariadb.binary()
        assert binary is not None, mariadb.NEEDED
        maria = mariadb.MariadbServer(binary)
        try:
            with mariadb.connect(maria.url) as connection, connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
            url = f"{maria.url.rstrip('/')}/{DATABASE}"
            zoo.fill_mariadb(url)
            access = _access(url) | {"database_pattern": {"allow": [f"^{DATABASE}$"]}}
            for type_ in ("mysql", "mariadb"):
                found[type_] = ingest(type_, access, folder)
        finally:
            maria.stop()
        zoo.fill_sqlite(folder / "shop.db")
        uri = f"sqlite:///{folder / 'shop.db'}"
        made = ingest("sqlalchemy", {"platform": "sqlite", "connect_uri": uri}, folder)
        found["sqlite"] = {  # its containers are named after the path of the file
            urn: {**told, "container": "", "path": []} for urn, told in made.items() if ":dataset:" in urn
        }  # fmt: skip
    return found


def _access(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    host = f"{parts.hostname}:{parts.port}"
    return {"host_port": host, "username": parts.username, "password": parts.password}


if __name__ == "__main__":
    sys.exit(write_or_compare(f"DataHub {VERSION}", FACTS, gather))
