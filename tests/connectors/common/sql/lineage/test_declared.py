"""Lineage that a recipe declares, checked against the catalog."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.common.sql.lineage.source import DatabaseLineage
from connectors.postgres.connection.config import PostgresConnection
from specs.entities.base import Entity
from specs.entities.lineage import Lineage
from specs.entities.services.messaging import Topic
from specs.sources.database.extracts import LineageExtract
from specs.testing.resolver import MemoryResolver
from specs.topology.node import Item, Outcome
from specs.topology.scope import EVERYTHING, Scope
from tests.connectors.common.sql.lineage.estate import service, table

ROOT = Scope.of("svc")
KNOWN: list[Entity] = [*service(), table("svc.db.main.a"), table("svc.db.main.b"), table("svc.db.main.c")]


def source(declared: list[dict[str, Any]], known: list[Entity] | None = None) -> DatabaseLineage:
    settings = LineageExtract.model_validate({"declared": declared})
    made = DatabaseLineage("svc", PostgresConnection(host="127.0.0.1", port=1, database="none"), settings=settings)
    made.resolver = MemoryResolver.of(known or KNOWN)
    return made


def told(made: DatabaseLineage) -> tuple[list[Lineage], list[Outcome]]:
    found: list[Any] = []
    with closing(made):
        for item in made.declared(ROOT, EVERYTHING):
            assert isinstance(item, Item)
            found += made.yield_lineage(item, ROOT.child(item.name))
    return [one for one in found if isinstance(one, Lineage)], [one for one in found if isinstance(one, Outcome)]


def test_what_feeds_one_object_is_one_lineage() -> None:
    made, outcomes = told(source([
        {"from": "svc.db.main.a", "to": "svc.db.main.c", "note": "ETL",
         "columns": {"id": "id", "name": ["id", "name"]}},
        {"from": "svc.db.main.b", "to": "svc.db.main.c"},
    ]))  # fmt: skip
    (lineage,) = made
    assert (lineage.fqn, lineage.parent) == ('svc."declared svc.db.main.c"', "svc")
    assert lineage.evidence == "declared"
    (flow,) = lineage.flows
    assert (flow.target, [(each.source, each.note) for each in flow.edges]) == (
        "svc.db.main.c", [("svc.db.main.a", "ETL"), ("svc.db.main.b", None)],
    )  # fmt: skip
    assert [(each.column, [one.column for one in each.sources]) for each in flow.columns] == [
        ("id", ["id"]), ("name", ["id", "name"]),
    ]  # fmt: skip
    assert outcomes == []


def test_a_name_of_the_service_that_fits_nothing_is_told_and_the_rest_stands() -> None:
    made, outcomes = told(source([
        {"from": "svc.db.main.none", "to": "svc.db.main.c"},
        {"from": "svc.db.main.a", "to": "svc.db.main.c", "columns": {"title": "name"}},
    ]))  # fmt: skip
    (lineage,) = made
    assert [each.source for each in lineage.flows[0].edges] == ["svc.db.main.a"]
    assert lineage.unresolved == ("svc.db.main.none",)
    assert [each.message for each in outcomes] == [
        "declared lineage names svc.db.main.none, which is no object of the catalog",
        "declared lineage names the column 'title', which svc.db.main.c does not have",
    ]
    assert not any(each.stands for each in outcomes)


def test_objects_of_other_services_may_be_unknown_yet() -> None:
    topic = Topic(fqn="kafka.orders", name="orders", parent="kafka")
    made, outcomes = told(source(
        [{"from": each, "to": "svc.db.main.c"} for each in ("kafka.orders", "lake.db.s.t")], [*KNOWN, topic]
    ))  # fmt: skip
    assert [(each.source, each.source_type) for each in made[0].flows[0].edges] == [
        ("kafka.orders", "Topic"), ("lake.db.s.t", "Table"),
    ]  # fmt: skip
    assert outcomes == []


def test_what_is_declared_no_more_does_not_exist() -> None:
    with closing(source([{"from": "svc.db.main.a", "to": "svc.db.main.c"}])) as made:
        found = made.exists("Lineage", ROOT, ["declared svc.db.main.c", "declared svc.db.main.b"])
        assert found == {"declared svc.db.main.c": "yes", "declared svc.db.main.b": "no"}
        assert made.lists("declared_lineage")
    with closing(source([])) as made:
        assert not made.lists("declared_lineage")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"from": "orders", "to": "svc.db.main.c"}, "is no whole name"),
        ({"from": "svc.db.main.c", "to": "svc.db.main.c"}, "feeds itself"),
        ({"from": 'svc."db', "to": "svc.db.main.c"}, "svc."),
        ({"of": "svc.db.main.a", "to": "svc.db.main.c"}, "of"),
    ],
)
def test_a_declaration_that_cannot_be_is_refused(written: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        LineageExtract.model_validate({"declared": [written]})


def test_a_stored_recipe_reads_as_it_was_written() -> None:
    given = LineageExtract.model_validate({"declared": [{"from": "svc.db.main.a", "to": "svc.db.main.c"}]})
    assert LineageExtract.model_validate(given.model_dump(mode="json")) == given
