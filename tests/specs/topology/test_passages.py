"""A part walks down over nodes that another part owns: they emit nothing, count nothing and prove nothing."""

from collections.abc import Iterable, Iterator

import pytest

from specs.config import ConnectionConfig
from specs.contracts.work import unit_id
from specs.entities import Entity, Lineage
from specs.service_spec import METADATA
from specs.sources import LineageSource
from specs.sources.base import Presence
from specs.sources.service import identity
from specs.testing import harvest
from specs.topology.engine import walk
from specs.topology.events import Covered, Done, Found, Reported, Spawned, Start
from specs.topology.node import Item, Node, Outcome, Produced
from specs.topology.scope import KeyRange, Scope


class Queried(LineageSource):
    """Two databases of three schemas, one left out by a filter and one that may not be read; two objects in each."""

    def identity(self) -> str:
        return "here"

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return dict.fromkeys(names, "unknown")

    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        yield from (Item(key, key, {}, 4) for key in ("a", "b") if key in span)

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        for key in ("p", "q", "r", "s"):
            if key not in span:
                continue
            if key == "q":
                yield Outcome("filtered", "Schema", scope.child(key).fqn, key, "schemas.exclude: q")
            elif key == "r":
                yield Outcome("failed", "Schema", scope.child(key).fqn, key, "denied", "no right to look")
            else:
                yield Item(key, key, {}, 2)

    def targets(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        yield from (Item(key, key) for key in ("t", "u") if key in span)

    def yield_lineage(self, item: Item, scope: Scope) -> Iterable[Entity]:
        yield Lineage(**identity(scope))


def build() -> Queried:
    return Queried("svc", ConnectionConfig())


def root() -> Start:
    return Start("service", Scope.of("svc"), ["svc", "svc", {}, None], part="lineage")


def test_only_what_the_part_owns_is_sent_and_covered() -> None:
    whole = harvest.walk_whole(build, root())
    assert {type_ for type_, *_ in whole.sent} == {"Lineage"}
    assert len(whole.sent) == 2 * 2 * 2
    assert whole.reported == []
    assert {each.node for each in whole.coverages if each.error is None} == {"declared_lineage", "lineage", "query_log"}


def test_what_could_not_be_read_on_the_way_down_leaves_the_listing_incomplete() -> None:
    whole = harvest.walk_whole(build, root())
    told = [(each.node, each.scope.fqn, each.range, each.reason) for each in whole.incomplete]
    assert told == [("schema", f"svc.{name}", KeyRange.single("r"), "denied") for name in "ab"]


def test_units_yield_what_the_root_walk_yields() -> None:
    whole, units = harvest.walk_whole(build, root()), harvest.walk_units(build, start=root())
    assert units.objects == whole.objects
    assert len(units.incomplete) == len(whole.incomplete)
    broken = harvest.walk_units(build, start=root(), cut=lambda start: (0, 1, 2))
    assert broken.objects == whole.objects


def test_units_of_two_parts_over_the_same_place_are_two() -> None:
    database = Start("database", Scope.of("svc", "a"), ["a", "a", {}, 4], part="lineage")
    spawned = [event for event in walk(build(), Queried.topology, database) if isinstance(event, Spawned)]
    assert spawned
    for event in spawned:
        assert event.start.part == "lineage"
        assert event.fqns == ()
        own = Start(event.start.node, event.start.scope, event.start.item, event.start.range, part=METADATA)
        assert unit_id("run", own) != unit_id("run", event.start)


def test_a_passage_of_a_unit_comes_to_its_end_without_evidence() -> None:
    database = Start("database", Scope.of("svc", "a"), ["a", "a", {}, 4], part="lineage")
    told = list(walk(build(), Queried.topology, database))
    assert not any(isinstance(event, Found | Reported) for event in told)
    assert [event.coverage.reason for event in told if isinstance(event, Covered)] == ["denied"]
    assert isinstance(told[-1], Done)


@pytest.mark.parametrize(
    "wrong",
    [
        {"children": ()},
        {"stages": LineageSource.topology.nodes["lineage"].stages},
        {"post_process": LineageSource.topology.nodes["lineage"].stages},
    ],
)
def test_a_passage_leads_somewhere_and_emits_nothing(wrong: dict[str, object]) -> None:
    leaf = LineageSource.topology.nodes["lineage"]
    given = {"children": (leaf,), **wrong}
    with pytest.raises(ValueError, match="is a passage"):
        Node("schema", LineageSource.schemas, passage=True, **given)  # type: ignore[arg-type]
