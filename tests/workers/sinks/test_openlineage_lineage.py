"""Lineage as OpenLineage has it: jobs that read and write datasets, column by column."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from specs.contracts.sink import TypedFqn
from specs.entities.base import Entity
from specs.testing.sink import MemoryLineage, delete, upsert
from tests.workers.sinks.lineages import (
    PUBLIC,
    VIEW,
    containers,
    fills,
    logged,
    objects,
    procedure,
    stored,
    view_lineage,
)
from tests.workers.sinks.test_openlineage import AT, SERVICE, config, taken
from workers.sinks.openlineage.changes import OpenLineageSink
from workers.sinks.openlineage.snapshot import EventFile


@pytest.fixture
def catalog() -> MemoryLineage:
    return stored(view_lineage(), fills("fill", "items", "totals", "late"))


def told(place: Path, catalog: MemoryLineage, *changes: Any, **settings: Any) -> list[dict[str, Any]]:
    """The events of changes, each checked against the models."""
    file = place / "out.jsonl"
    before = len(taken(file).told)
    sink = OpenLineageSink(config(path=str(file), **settings), SERVICE, catalog, lambda: AT)
    assert sink.deliver(changes) == []
    sink.close()
    return taken(file).told[before:]


def bare(value: Any) -> Any:
    """Without the addresses that every facet has."""
    if isinstance(value, dict):
        return {key: bare(each) for key, each in value.items() if key not in ("_producer", "_schemaURL")}
    return [bare(each) for each in value] if isinstance(value, list) else value


def field(table: str, column: str, kind: str, subtype: str, **more: str) -> dict[str, Any]:
    return {
        "namespace": "headrace://shop", "name": f"db.public.{table}", "field": column,
        "transformations": [{"type": kind, "subtype": subtype, "masking": False, **more}],
    }  # fmt: skip


def test_a_view_is_a_job(tmp_path: Path, catalog: MemoryLineage) -> None:
    (event,) = told(tmp_path, catalog, upsert(view_lineage()))
    assert event["schemaURL"].endswith("#/$defs/JobEvent")
    assert bare(event["job"]) == {
        "namespace": "headrace", "name": f"{PUBLIC}.v",
        "facets": {
            "jobType": {"processingType": "BATCH", "integration": "HEADRACE", "jobType": "VIEW"},
            "sql": {"query": VIEW},
        },
    }  # fmt: skip
    assert [each["name"] for each in event["inputs"]] == ["db.public.items", "db.public.orders"]
    (output,) = bare(event["outputs"])
    assert output["name"] == "db.public.v"
    assert output["facets"]["columnLineage"] == {
        "fields": {
            "id": {
                "inputFields": [field("items", "id", "DIRECT", "IDENTITY"), field("orders", "id", "DIRECT", "IDENTITY")]
            },
            "note": {
                "inputFields": [field("orders", "note", "DIRECT", "TRANSFORMATION", description="upper(note)")]
            },
        },
        "dataset": [field("orders", "at", "INDIRECT", "FILTER")],
    }  # fmt: skip


def test_a_procedure_has_its_code(tmp_path: Path, catalog: MemoryLineage) -> None:
    (event,) = told(tmp_path, catalog, upsert(fills("fill", "items", "totals", "late")))
    assert bare(event["job"]["facets"]) == {
        "jobType": {"processingType": "BATCH", "integration": "HEADRACE", "jobType": "PROCEDURE"},
        "sourceCode": {"language": "sql", "sourceCode": "INSERT INTO totals -- fill"},
    }
    assert [each["name"] for each in event["outputs"]] == ["db.public.late", "db.public.totals"]


def test_a_query_log_has_its_statements(tmp_path: Path, catalog: MemoryLineage) -> None:
    found = logged("items", "orders")
    catalog.add(found)
    (event,) = told(tmp_path, catalog, upsert(found))
    assert bare(event["job"]["facets"]) == {
        "jobType": {"processingType": "BATCH", "integration": "HEADRACE", "jobType": "QUERY_LOG"},
        "sql": {"query": "insert into totals from items;\ninsert into totals from orders"},
    }
    assert [each["name"] for each in event["inputs"]] == ["db.public.items", "db.public.orders"]
    assert [each["name"] for each in event["outputs"]] == ["db.public.totals"]


def test_what_nothing_feeds_any_more_is_told(tmp_path: Path, catalog: MemoryLineage) -> None:
    told(tmp_path, catalog, upsert(fills("fill", "items", "totals", "late")))
    catalog.add(fills("fill"))
    job, late = told(tmp_path, catalog, upsert(fills("fill")))
    assert [each["name"] for each in job["outputs"]] == ["db.public.totals"]
    assert late["dataset"]["name"] == "db.public.late"
    assert bare(late["dataset"]["facets"]) == {"columnLineage": {"fields": {}, "_deleted": True}}
    catalog.contents.pop(TypedFqn("Lineage", procedure("fill").fqn))
    job, *unfed = told(tmp_path, catalog, delete(fills("fill"), 3))
    assert (job["inputs"], job["outputs"], job["job"]["name"]) == ([], [], procedure("fill").fqn)
    assert [each["dataset"]["name"] for each in unfed] == ["db.public.late", "db.public.totals"]


def test_runs_for_receivers_that_take_nothing_else(tmp_path: Path, catalog: MemoryLineage) -> None:
    changes = [upsert(each) for each in (*objects(), view_lineage())]
    (event,) = told(tmp_path, catalog, *changes, events="run")
    assert (event["eventType"], event["schemaURL"].rpartition("/")[2]) == ("COMPLETE", "RunEvent")
    assert [field["name"] for field in event["inputs"][1]["facets"]["schema"]["fields"]] == ["id", "note", "at"]
    assert event["outputs"][0]["facets"].keys() >= {"schema", "columnLineage"}
    assert told(tmp_path, catalog, delete(view_lineage(), 2), events="run") == []


def test_the_same_lineage_is_the_same_run(tmp_path: Path, catalog: MemoryLineage) -> None:
    def run(entity: Entity) -> UUID:
        catalog.add(entity)
        (event,) = told(tmp_path, catalog, upsert(entity), events="run")
        return UUID(event["run"]["runId"])

    first = run(view_lineage())
    assert first == run(view_lineage())
    assert first != run(view_lineage(expression="lower(note)"))
    assert first != run(fills("fill"))


def test_a_snapshot_has_the_texts_too(tmp_path: Path, catalog: MemoryLineage) -> None:
    lineage = [view_lineage(), fills("fill", "items", "totals", "late")]
    entities = sorted([*containers(), *objects(), *lineage], key=lambda each: (each.fqn.encode(), each.type_name()))
    lines = [each.content().replace("{", f'{{"type":"{each.type_name()}",', 1) for each in entities]
    EventFile(config(path=str(tmp_path / "all.jsonl"), mode="snapshot"), catalog, lambda: AT).write(lines)
    kept = taken(tmp_path / "all.jsonl")
    assert len(kept.told) == 5 + 2
    each = told(tmp_path, catalog, *map(upsert, lineage))
    assert sorted(kept.jobs) == [("headrace", procedure("fill").fqn), ("headrace", f"{PUBLIC}.v")]
    assert list(kept.jobs.values()) == sorted(each, key=lambda event: event["job"]["name"].encode())
