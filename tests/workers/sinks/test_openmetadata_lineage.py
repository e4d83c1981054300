"""Lineage in OpenMetadata: edges between objects that it has, those of others left alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from specs.contracts.sink import TypedFqn
from specs.testing.sink import MemoryLineage, delete, upsert
from tests.servers.catalogs import OpenMetadata, identity
from tests.servers.receiver import Receiver
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
from tests.workers.sinks.test_openmetadata import TOKEN, made
from workers.sinks.openmetadata.sink import OpenMetadataSink


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(OpenMetadata(TOKEN)) as found:
        yield found


@pytest.fixture
def catalog() -> MemoryLineage:
    return stored()


@pytest.fixture
def sink(receiver: Receiver, catalog: MemoryLineage) -> Iterator[OpenMetadataSink]:
    found = made(receiver, catalog)
    found.deliver([upsert(each) for each in (*containers(), *objects())])
    yield found
    found.close()


def tell(sink: OpenMetadataSink, catalog: MemoryLineage, entity: Any) -> list[str]:
    catalog.add(entity)
    return [each.reason for each in sink.deliver([upsert(entity)])]


def edges(receiver: Receiver) -> dict[tuple[str, str], dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = receiver.work.lineage()  # type: ignore[attr-defined]
    return {(a.removeprefix(f"{PUBLIC}."), b.removeprefix(f"{PUBLIC}.")): each for (a, b), each in found.items()}


def test_a_view(receiver: Receiver, sink: OpenMetadataSink, catalog: MemoryLineage) -> None:
    assert tell(sink, catalog, view_lineage()) == []
    found = edges(receiver)
    assert found.keys() == {("orders", "v"), ("items", "v")}
    assert found["orders", "v"] == {
        "source": "ViewLineage", "description": "Headrace: view shop.db.public.v", "sqlQuery": VIEW,
        "columnsLineage": [
            {"fromColumns": [f"{PUBLIC}.orders.id"], "toColumn": f"{PUBLIC}.v.id"},
            {"fromColumns": [f"{PUBLIC}.orders.note"], "toColumn": f"{PUBLIC}.v.note", "function": "upper(note)"},
        ],
    }  # fmt: skip


def test_what_is_there_already_is_not_sent_again(
    receiver: Receiver, sink: OpenMetadataSink, catalog: MemoryLineage
) -> None:
    tell(sink, catalog, view_lineage())
    before = receiver.work.versions  # type: ignore[attr-defined]
    receiver.requests.clear()
    assert tell(sink, catalog, view_lineage()) == []
    assert [each.method for each in receiver.requests] == ["GET"]
    tell(sink, catalog, view_lineage(expression="lower(note)"))
    assert receiver.work.versions == before + 1  # type: ignore[attr-defined]


def test_edges_that_are_gone_are_deleted_those_of_others_are_not(
    receiver: Receiver, sink: OpenMetadataSink, catalog: MemoryLineage
) -> None:
    tell(sink, catalog, view_lineage())
    work = receiver.work
    assert isinstance(work, OpenMetadata)
    view = identity("tables", f"{PUBLIC}.v")
    for source, kind in (("totals", "Manual"), ("late", "ViewLineage")):
        work.edges[identity("tables", f"{PUBLIC}.{source}"), view] = {"source": kind, "columnsLineage": []}
    catalog.contents.pop(TypedFqn("Lineage", f"{PUBLIC}.v"))
    assert sink.deliver([delete(view_lineage(), 2)]) == []
    assert edges(receiver).keys() == {("totals", "v"), ("late", "v")}
    assert sink.deliver([delete(view_lineage(), 2)]) == []


def test_an_edge_that_a_person_drew_stays_as_it_is(
    receiver: Receiver, sink: OpenMetadataSink, catalog: MemoryLineage
) -> None:
    work = receiver.work
    assert isinstance(work, OpenMetadata)
    view = identity("tables", f"{PUBLIC}.v")
    for source, kind in (("orders", "Manual"), ("items", "ViewLineage")):
        work.edges[identity("tables", f"{PUBLIC}.{source}"), view] = {"source": kind, "columnsLineage": []}
    assert tell(sink, catalog, view_lineage()) == []
    assert edges(receiver)["orders", "v"] == {"source": "Manual", "columnsLineage": []}
    assert edges(receiver)["items", "v"]["columnsLineage"] != []


def test_a_procedure_moves_the_data(receiver: Receiver, sink: OpenMetadataSink, catalog: MemoryLineage) -> None:
    assert tell(sink, catalog, fills("fill", "items", "totals", "late")) == []
    found = edges(receiver)
    assert found.keys() == {("items", "totals"), ("items", "late")}
    details = found["items", "totals"]
    assert details["source"] == "QueryLineage"
    assert details["sqlQuery"] == "INSERT INTO totals -- fill"
    path = identity("storedProcedures", f"{PUBLIC}.fill()")
    assert details["pipeline"] == {"id": path, "type": "storedProcedure"}
    assert tell(sink, catalog, fills("fill")) == []
    assert edges(receiver).keys() == {("items", "totals")}
    catalog.contents.pop(TypedFqn("Lineage", procedure("fill").fqn))
    assert sink.deliver([delete(fills("fill"), 3)]) == []
    assert edges(receiver) == {}


def test_a_query_log_comes_with_its_statements(
    receiver: Receiver, sink: OpenMetadataSink, catalog: MemoryLineage
) -> None:
    assert tell(sink, catalog, logged("items", "orders")) == []
    found = edges(receiver)
    assert {key: each["sqlQuery"] for key, each in found.items()} == {
        ("items", "totals"): "insert into totals from items", ("orders", "totals"): "insert into totals from orders",
    }  # fmt: skip
    assert {(each["source"], each["description"]) for each in found.values()} == {
        ("QueryLineage", "Headrace: query log")
    }
    assert tell(sink, catalog, logged("orders")) == []
    assert edges(receiver).keys() == {("orders", "totals")}
    assert tell(sink, catalog, logged()) == []
    assert edges(receiver) == {}


def test_what_two_procedures_tell_is_one_edge(
    receiver: Receiver, sink: OpenMetadataSink, catalog: MemoryLineage
) -> None:
    for name in ("fill", "mend"):
        assert tell(sink, catalog, fills(name)) == []
    (details,) = edges(receiver).values()
    assert details["description"] == (
        'Headrace: procedure shop.db.public."fill()", procedure shop.db.public."mend()"'
    )  # fmt: skip
    catalog.contents.pop(TypedFqn("Lineage", procedure("fill").fqn))
    assert sink.deliver([delete(fills("fill"), 2)]) == []
    (details,) = edges(receiver).values()
    assert details["description"] == 'Headrace: procedure shop.db.public."mend()"'
    assert details["pipeline"]["id"] == identity("storedProcedures", f"{PUBLIC}.mend()")


def test_an_end_that_comes_later_is_told(receiver: Receiver, catalog: MemoryLineage) -> None:
    sink = made(receiver, catalog)
    later = [each for each in objects() if each.name == "items"]
    sink.deliver([upsert(each) for each in (*containers(), *objects()) if each not in later])
    (reason,) = tell(sink, catalog, view_lineage())
    assert "answers 404" in reason
    assert edges(receiver).keys() == {("orders", "v")}
    sink.deliver([upsert(each) for each in later])
    assert tell(sink, catalog, view_lineage()) == []
    assert edges(receiver).keys() == {("orders", "v"), ("items", "v")}
    sink.close()


def test_a_target_that_comes_later_is_told(receiver: Receiver, catalog: MemoryLineage) -> None:
    sink = made(receiver, catalog)
    sink.deliver([upsert(each) for each in containers()])
    assert tell(sink, catalog, view_lineage()) == ["OpenMetadata does not have this object yet (shop.db.public.v)"]
    sink.close()


def test_columns_that_it_does_not_know_are_left_out_and_told(
    receiver: Receiver, sink: OpenMetadataSink, catalog: MemoryLineage
) -> None:
    older = [each.model_copy(update={"columns": each.columns[:1]}) for each in objects() if each.name == "orders"]  # type: ignore[attr-defined]
    sink.deliver([upsert(each, 2) for each in older])
    (reason,) = tell(sink, catalog, view_lineage())
    assert "Invalid column FQN shop.db.public.orders.note" in reason
    assert edges(receiver)["orders", "v"]["columnsLineage"] == []
    assert edges(receiver)["items", "v"]["columnsLineage"] != []
