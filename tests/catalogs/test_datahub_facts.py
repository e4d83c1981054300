"""What the DataHub sink sends of the zoo, beside what DataHub's own ingestion made of it (``datahub_facts.json``)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors.mysql import service_spec as mysql
from connectors.mysql.connection.config import MysqlConnection
from connectors.postgres import service_spec as postgres
from connectors.postgres.connection.config import PostgresConnection
from connectors.sqlite import service_spec as sqlite
from connectors.sqlite.connection import SqliteConnection
from specs.config import ConnectionConfig
from specs.contracts.sink import TypedFqn
from specs.service_spec import ServiceSpec
from specs.testing.sink import MemoryLineage, upsert
from tests.catalogs import zoo
from tests.catalogs.datahub_ingestion import DATABASE, FACTS, VERSION, Facts, facts
from tests.connectors import told_lineage
from tests.servers.mariadb import connect
from tests.servers.postgres import create_database, drop_database
from workers.sinks.common.fed import fed
from workers.sinks.datahub.aspects_of import KINDS, proposals
from workers.sinks.datahub.lineage import lineage_of
from workers.sinks.datahub.urns import UrnNames

FROZEN = json.loads(FACTS.read_text())


def sent(made: UrnNames, spec: ServiceSpec, config: ConnectionConfig) -> Facts:
    """What we send of a service, with the lineage that is read from it."""
    aspects: Facts = {}
    resolver, stored = told_lineage.stored(spec, config), MemoryLineage()
    for each in resolver.objects:
        stored.contents[TypedFqn(each.type, each.fqn)] = each.content
        if each.type in KINDS:
            for proposal in proposals(each.type, each.fqn, json.loads(each.content), made):
                aspects.setdefault(proposal.urn, {})[proposal.aspect] = proposal.value
    read = told_lineage.events(told_lineage.lineage_source(spec, config, resolver))
    for lineage in told_lineage.entities(read).values():
        stored.add(lineage)
        for found in fed(upsert(lineage), stored):
            told = lineage_of(found, told_lineage.SERVICE, made)
            assert told is not None
            aspects[told.urn][told.aspect] = told.value
    return facts(aspects)


def differences(ours: Facts, theirs: Facts) -> Iterator[str]:
    """Where we differ, but for what DataHub does not know: a type that it calls null."""
    for urn in ours.keys() | theirs.keys():
        own, other = ours.get(urn), theirs.get(urn)
        if own is None or other is None:
            yield f"{urn}: only {'DataHub' if own is None else 'ours'}"
            continue
        for key in own.keys() - {"fields"}:
            if (own[key] or None) != (other[key] or None):
                yield f"{urn} {key}: {own[key]!r}, not {other[key]!r}"
        for path in own["fields"].keys() | other["fields"].keys():
            mine, its = own["fields"].get(path), other["fields"].get(path)
            if mine is None or its is None or mine[1:] != its[1:] or (mine[0] != its[0] and its[0] != "Null"):
                yield f"{urn} {path}: {mine}, not {its}"


@pytest.fixture(scope="module")
def postgres_zoo(postgres_url: str) -> Iterator[str]:
    drop_database(postgres_url, DATABASE)
    url = create_database(postgres_url, DATABASE)
    zoo.fill_postgres(url)
    yield url
    drop_database(postgres_url, DATABASE)


@pytest.mark.server
@pytest.mark.parametrize(("facts_of", "env", "instance"), [("postgres", "PROD", None), ("postgres eu", "DEV", "eu")])
def test_postgres(facts_of: str, env: str, instance: str | None, postgres_zoo: str) -> None:
    config = PostgresConnection.from_url(urlsplit(postgres_zoo))
    found = set(differences(sent(UrnNames("postgres", env, instance), postgres.spec, config), FROZEN[facts_of]))
    prefix = "eu." if instance else ""
    orders = f"urn:li:dataset:(urn:li:dataPlatform:postgres,{prefix}{DATABASE}.shop.orders,{env})"
    view = f"urn:li:dataset:(urn:li:dataPlatform:postgres,{prefix}{DATABASE}.shop.mv,{env})"
    assert found == {
        f"{view} subtypes: ['Materialized View'], not ['View']",
        f"{orders} a.street: ['String', True, False, None], not None",  # it does not look into composites
        f"{orders} a.no: ['Number', True, False, None], not None",
        f"{orders} adrs.street: ['String', True, False, None], not None",
        f"{orders} adrs.no: ['Number', True, False, None], not None",
        f"{orders} o: ['Number', True, False, None], not ['String', True, False, None]",
    }


@pytest.mark.server
@pytest.mark.parametrize("platform", ["mysql", "mariadb"])
def test_mysql_and_mariadb(platform: str, mariadb_url: str) -> None:
    with connect(mariadb_url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE OR REPLACE DATABASE {DATABASE}")
        url = f"{mariadb_url.rstrip('/')}/{DATABASE}"
        zoo.fill_mariadb(url)
        config = MysqlConnection.from_url(urlsplit(url))
        found = set(differences(sent(UrnNames(platform, "PROD", None), mysql.spec, config), FROZEN[platform]))
        cursor.execute(f"DROP DATABASE {DATABASE}")
    place = f"urn:li:dataset:(urn:li:dataPlatform:{platform},{DATABASE}"
    assert found == {
        # MariaDB's JSON is a longtext with a check; of views DataHub reads the text, not the columns
        f"{place}.foo,PROD) j: ['Record', True, False, None], not ['String', True, False, None]",
        f"{place}.v,PROD) id: ['Number', False, False, None], not ['Number', True, False, None]",
        f"{place}.v,PROD) note: ['String', True, False, 'a note'], not ['String', True, False, None]",
    }


def test_sqlite(tmp_path: Path) -> None:
    zoo.fill_sqlite(tmp_path / "shop.db")
    ours = sent(UrnNames("sqlite", "PROD", None), sqlite.spec, SqliteConnection(path=str(tmp_path / "shop.db")))
    told: dict[str, Any] = {
        urn: each | {"container": "", "path": []} for urn, each in ours.items() if ":dataset:" in urn
    }  # fmt: skip
    orders = "urn:li:dataset:(urn:li:dataPlatform:sqlite,main.orders,PROD)"
    view = "urn:li:dataset:(urn:li:dataPlatform:sqlite,main.v,PROD)"
    ours_of_it, theirs = told[view]["lineage"], FROZEN["sqlite"][view]["lineage"]
    assert set(differences(told, FROZEN["sqlite"])) == {
        # an INTEGER PRIMARY KEY is never null
        f"{orders} id: ['Number', False, True, None], not ['Number', True, True, None]",
        # it looks for the sources of views where no dataset is: without the database
        f"{view} lineage: {ours_of_it!r}, not {theirs!r}",
    }
    assert ours_of_it["sources"] == [[orders, "VIEW"]]
    assert json.loads(json.dumps(theirs).replace("sqlite,orders", "sqlite,main.orders")) == ours_of_it


def test_the_facts_are_of_the_version_that_the_docs_name() -> None:
    assert FROZEN["version"] == VERSION
    assert VERSION in Path("docs/sinks.md").read_text(encoding="utf-8")
