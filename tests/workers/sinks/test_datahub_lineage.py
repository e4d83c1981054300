"""Lineage in DataHub: one aspect per dataset, with all that feeds it, whoever tells of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from specs.contracts.sink import TypedFqn
from specs.testing.sink import MemoryLineage, delete, upsert
from tests.servers.catalogs import DataHub
from tests.servers.receiver import Receiver
from tests.workers.sinks.lineages import (
    PUBLIC,
    containers,
    fills,
    logged,
    objects,
    procedure,
    stored,
    table,
    view_lineage,
)
from tests.workers.sinks.test_datahub import NAMES, TOKEN, made
from workers.sinks.datahub.sink import PROPOSALS_OF_A_REQUEST, DataHubSink


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(DataHub(TOKEN)) as found:
        yield found


@pytest.fixture
def catalog() -> MemoryLineage:
    return stored()


@pytest.fixture
def sink(receiver: Receiver, catalog: MemoryLineage) -> Iterator[DataHubSink]:
    found = made(receiver, catalog)
    found.deliver([upsert(each) for each in (*containers(), *objects())])
    yield found
    found.close()


def tell(sink: DataHubSink, catalog: MemoryLineage, *entities: Any) -> None:
    for each in entities:
        catalog.add(each)
    assert sink.deliver([upsert(each) for each in entities]) == []


def lineage(receiver: Receiver, name: str) -> Any:
    work = receiver.work
    assert isinstance(work, DataHub)
    return work.aspects.get((NAMES.dataset(f"{PUBLIC}.{name}"), "upstreamLineage"))


def urn(name: str, column: str) -> str:
    return NAMES.field(f"{PUBLIC}.{name}", column)


def sources(receiver: Receiver, name: str) -> dict[str, str]:
    """Who tells of each source of a dataset."""
    return {each["dataset"].split(".")[-1].split(",")[0]: each["properties"]["headrace"] for each in
            lineage(receiver, name)["upstreams"]}  # fmt: skip


def test_a_view(receiver: Receiver, sink: DataHubSink, catalog: MemoryLineage) -> None:
    tell(sink, catalog, view_lineage())
    found = lineage(receiver, "v")
    assert [(each["dataset"], each["type"]) for each in found["upstreams"]] == [
        (NAMES.dataset(f"{PUBLIC}.items"), "VIEW"), (NAMES.dataset(f"{PUBLIC}.orders"), "VIEW")
    ]  # fmt: skip
    assert found["fineGrainedLineages"] == [
        {
            "upstreamType": "FIELD_SET", "upstreams": [urn("items", "id"), urn("orders", "id")],
            "downstreamType": "FIELD", "downstreams": [urn("v", "id")], "transformOperation": "COPY: id",
            "confidenceScore": 0.5,
        },
        {
            "upstreamType": "FIELD_SET", "upstreams": [urn("orders", "note")],
            "downstreamType": "FIELD", "downstreams": [urn("v", "note")], "transformOperation": "SQL: upper(note)",
            "confidenceScore": 1.0,
        },
    ]  # fmt: skip


def test_several_tellers_feed_one_dataset(receiver: Receiver, sink: DataHubSink, catalog: MemoryLineage) -> None:
    tell(sink, catalog, fills("fill"))
    tell(sink, catalog, fills("mend", "orders"))
    assert sources(receiver, "totals") == {
        "items": 'procedure shop.db.public."fill()"', "orders": 'procedure shop.db.public."mend()"'
    }  # fmt: skip
    assert {each["type"] for each in lineage(receiver, "totals")["upstreams"]} == {"TRANSFORMED"}
    catalog.contents.pop(TypedFqn("Lineage", procedure("fill").fqn))
    sink.deliver([delete(fills("fill"), 2)])
    assert sources(receiver, "totals").keys() == {"orders"}


def test_a_query_log_comes_with_its_statements(receiver: Receiver, sink: DataHubSink, catalog: MemoryLineage) -> None:
    tell(sink, catalog, fills("fill"))
    tell(sink, catalog, logged("items", "orders"))
    assert sources(receiver, "totals") == {
        "items": 'procedure shop.db.public."fill()", query log', "orders": "query log",
    }  # fmt: skip
    found = lineage(receiver, "totals")["upstreams"]
    assert [(each["type"], each["properties"]["query"]) for each in found] == [
        ("TRANSFORMED", "insert into totals from items"), ("TRANSFORMED", "insert into totals from orders"),
    ]  # fmt: skip
    tell(sink, catalog, logged())
    assert sources(receiver, "totals") == {"items": 'procedure shop.db.public."fill()"'}


def test_a_target_that_is_named_no_more_loses_the_source(
    receiver: Receiver, sink: DataHubSink, catalog: MemoryLineage
) -> None:
    tell(sink, catalog, fills("fill", "items", "totals", "late"), fills("mend", "orders", "late"))
    assert sources(receiver, "late").keys() == {"items", "orders"}
    tell(sink, catalog, fills("fill"))
    assert sources(receiver, "late").keys() == {"orders"}
    assert sources(receiver, "totals").keys() == {"items"}


def test_a_view_whose_lineage_is_gone(receiver: Receiver, sink: DataHubSink, catalog: MemoryLineage) -> None:
    tell(sink, catalog, view_lineage())
    catalog.contents.pop(TypedFqn("Lineage", f"{PUBLIC}.v"))
    sink.deliver([delete(view_lineage(), 2)])
    assert lineage(receiver, "v") == {"upstreams": [], "fineGrainedLineages": []}


def test_what_the_catalog_does_not_have_gets_no_lineage(receiver: Receiver, catalog: MemoryLineage) -> None:
    catalog.contents.pop(TypedFqn("Table", f"{PUBLIC}.v"))
    sink = made(receiver, catalog)
    tell(sink, catalog, view_lineage())
    sink.close()
    assert lineage(receiver, "v") is None


def test_sources_of_other_services_are_left_out(receiver: Receiver, sink: DataHubSink, catalog: MemoryLineage) -> None:
    text = view_lineage().content().replace(f"{PUBLIC}.items", "other.db.public.items")
    catalog.contents[TypedFqn("Lineage", f"{PUBLIC}.v")] = text
    sink.deliver([upsert(view_lineage())])
    assert sources(receiver, "v").keys() == {"orders"}
    assert lineage(receiver, "v")["fineGrainedLineages"][0]["upstreams"] == [urn("orders", "id")]


def test_many_targets_are_several_requests(receiver: Receiver, sink: DataHubSink, catalog: MemoryLineage) -> None:
    many = [f"t{number:03}" for number in range(PROPOSALS_OF_A_REQUEST + 50)]
    for each in many:
        catalog.add(table(each, "id"))
    receiver.requests.clear()
    tell(sink, catalog, fills("fill", "items", *many))
    sizes = [len(json.loads(each.body)["proposals"]) for each in receiver.requests]
    assert sizes == [PROPOSALS_OF_A_REQUEST, 50]
    assert sources(receiver, many[-1]).keys() == {"items"}
