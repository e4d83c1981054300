"""What the OpenMetadata sink sends, against what its own models take (``openmetadata_facts.json``)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.metadata import MysqlSource
from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.metadata import PostgresSource
from connectors.sqlite.connection import SqliteConnection
from connectors.sqlite.metadata import SqliteSource
from specs.entities.database.tables import DataType
from specs.recipe.recipe import ServiceRef
from specs.sources.base import Source
from specs.testing import harvest
from specs.testing.sink import upsert
from tests.catalogs.openmetadata_models import FACTS, VERSION
from tests.servers.catalogs import OpenMetadata
from tests.servers.receiver import Receiver, Request
from tests.workers.sinks.lineages import containers, fills, objects, stored, view_lineage
from tests.workers.sinks.usages import used
from workers.sinks.openmetadata import columns, mapping
from workers.sinks.openmetadata.config import OpenMetadataConfig
from workers.sinks.openmetadata.lineage import edges
from workers.sinks.openmetadata.sink import OpenMetadataSink

FROZEN = json.loads(FACTS.read_text())
_INSIDE = {
    "columns": "column", "children": "column", "tableConstraints": "constraint", "tablePartition": "partition",
    "storedProcedureCode": "code", "edge": "edge", "fromEntity": "reference", "toEntity": "reference",
    "lineageDetails": "details", "pipeline": "reference", "columnsLineage": "column flow",
}  # fmt: skip
"""The model of what lies in a field."""


def mistakes(kind: str, sent: Mapping[str, Any], place: str = "") -> Iterator[str]:
    """Unknown and missing fields, and members that enumerations do not have, at any depth."""
    fields: dict[str, bool] = FROZEN["fields"][kind]
    yield from (f"{place}{key}: unknown" for key in sent.keys() - fields.keys())
    yield from (f"{place}{key}: missing" for key, required in fields.items() if required and key not in sent)
    for key, value in sent.items():
        inside = "partition column" if kind == "partition" else _INSIDE.get(key)
        within = value if isinstance(value, list) else [value]
        if inside and all(isinstance(each, Mapping) for each in within):
            for each in within:
                yield from mistakes(inside, each, f"{place}{key}.")
        elif inside and kind != "constraint":
            yield f"{place}{key}: {value!r}"
        members = FROZEN["members"].get("dataType" if key == "arrayDataType" else key)
        if members and kind != "Service" and value not in members:
            yield f"{place}{key}: no {value!r}"


def wrong(source: Source) -> set[str]:
    found: set[str] = set()
    for each in harvest.entities(lambda: source):
        entity = each.entity
        if entity.type_name() in mapping.PATHS:
            made = mapping.request(entity.type_name(), json.loads(entity.content()), "Postgres")
            found |= {f"{entity.fqn} {text}" for text in mistakes(entity.type_name(), made)}
    return found


@pytest.mark.server
def test_postgres(postgres_estate: str) -> None:
    assert wrong(PostgresSource("s", PostgresConnection.from_url(urlsplit(postgres_estate)))) == set()


@pytest.mark.server
def test_mariadb(mariadb_estate: str) -> None:
    assert wrong(MysqlSource("s", MysqlConnection.from_url(urlsplit(mariadb_estate)))) == set()


def test_sqlite(sqlite_estate: Path) -> None:
    assert wrong(SqliteSource("s", SqliteConnection(path=str(sqlite_estate)))) == set()


def test_partitions_are_told_by_column() -> None:
    table = {
        "fqn": "s.d.x.t", "name": "t", "table_type": "partitioned", "columns": [],
        "partitioning": {"strategy": "range", "columns": ["at", "k"]},
    }  # fmt: skip
    made = mapping.request("Table", table, "Postgres")
    assert made["tablePartition"] == {
        "columns": [
            {"columnName": "at", "intervalType": "TIME-UNIT", "interval": "range"},
            {"columnName": "k", "intervalType": "TIME-UNIT", "interval": "range"},
        ]
    }
    assert list(mistakes("Table", made)) == []


def test_lineage() -> None:
    sent = []
    receiver = OpenMetadata()

    def work(request: Request) -> tuple[int, Any]:
        if (request.method, request.path) == ("PUT", "/api/v1/lineage"):
            sent.append(request.json())
        return receiver(request)

    with Receiver(work) as at:
        told = [view_lineage(), fills("fill")]
        config = OpenMetadataConfig.model_validate({"type": "openmetadata", "url": f"{at.url}/api"})
        sink = OpenMetadataSink(config, ServiceRef(name="shop", type="postgres"), stored(*told))
        assert sink.deliver([upsert(each) for each in (*containers(), *objects(), *told)]) == []
        sink.close()
    assert len(sent) == 3
    assert [text for each in sent for text in mistakes("Lineage", each)] == []
    assert set(edges.SOURCES.values()) <= set(FROZEN["members"]["source"])


def test_usage() -> None:
    sent = []
    receiver = OpenMetadata()

    def work(request: Request) -> tuple[int, Any]:
        if request.method != "GET" and request.path.startswith("/api/v1/usage/"):
            sent.append(request.json())
        return receiver(request)

    with Receiver(work) as at:
        config = OpenMetadataConfig.model_validate({"type": "openmetadata", "url": f"{at.url}/api"})
        sink = OpenMetadataSink(config, ServiceRef(name="shop", type="postgres"), stored())
        told = [upsert(each) for each in (*containers(), *objects())]
        assert sink.deliver([*told, used(7), used(8), used(3)]) == []
        sink.close()
    assert [each["count"] for each in sent] == [7, 1, 3]
    assert [text for each in sent for text in mistakes("Usage", each)] == []


def test_every_type_and_name_of_ours_is_one_of_theirs() -> None:
    assert {columns.TYPES.get(each, "UNKNOWN") for each in DataType} <= set(FROZEN["members"]["dataType"])
    assert {"Regular", *mapping.TABLES.values()} <= set(FROZEN["members"]["tableType"])
    assert {"External", *mapping.LANGUAGES.values()} <= set(FROZEN["members"]["language"])
    assert {"CustomDatabase", *mapping.SERVICES.values()} <= set(FROZEN["members"]["serviceType"])
    assert set(columns.KINDS.values()) <= set(FROZEN["members"]["constraintType"])


def test_the_facts_are_of_the_version_that_the_docs_name() -> None:
    assert FROZEN["version"] == VERSION
    assert VERSION in Path("docs/sinks.md").read_text(encoding="utf-8")
