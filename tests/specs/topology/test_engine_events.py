"""What a walk says, in which order, and what becomes of everything that goes wrong."""

from itertools import pairwise
from typing import Any

import pytest

from specs.errors import Fatal, Retry
from specs.testing import harvest
from specs.testing.fake import FakeConnection, FakeSource, Fault
from specs.testing.topologies import RandomService, RandomSource, Shape, Thing
from specs.topology.engine import END, expand, post, walk
from specs.topology.events import Covered, Done, Event, Found, Reported, Spawned, Start
from specs.topology.node import Item, Node, Outcome, Stage, Topology
from specs.topology.packer import PACK, Packer
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange, Scope

SCHEMA = Scope.of("fake", "db_00", "schema_0000")


def fake(*faults: Fault, **config: object) -> FakeSource:
    settings = {"schemas": 2, "tables": 3, "views": 0.0, "columns": 2} | config
    return FakeSource("fake", FakeConnection(faults=faults, **settings))  # type: ignore[arg-type]


def events(source: FakeSource, *, spawn: bool = False) -> list[Event]:
    return list(walk(source, source.topology, harvest.root(source), spawn=spawn))


def found(told: list[Event]) -> list[str]:
    return [event.entity.fqn.removeprefix("fake.db_00.") for event in told if isinstance(event, Found)]


def spawns(event: Event, node: str) -> bool:
    return isinstance(event, Spawned) and event.start.node == node


# -- order ------------------------------------------------------------------------------------------------------------
def test_the_walk_goes_depth_first() -> None:
    expected = ["fake", "fake.db_00", "schema_0000"]
    expected += [f"schema_0000.t000000{n}" for n in range(3)]
    expected += ["schema_0001", *(f"schema_0001.t000000{n}" for n in range(3))]
    assert found(events(fake())) == expected


def test_stages_run_in_order_before_children_and_post_process_last() -> None:
    shape = Shape("a", extras=(0, 0), post=1, children=(Shape("b"), Shape("c")))
    source = RandomService((shape,), seed=5, longest=12).source()
    list(walk(source, source.topology, harvest.root(source), spawn=False))
    places = [line.split()[-1] for line in source.log if not line.startswith("list")]
    first = places[0]
    own = [line for line in source.log if line.endswith(f" {first}")]
    assert own == [f"stage 0 {first}", f"stage 1 {first}", f"post {first}"]
    below = [at for at, line in enumerate(source.log) if f"{first}." in line]
    assert below, "the seed no longer makes children"
    assert source.log.index(f"stage 1 {first}") < min(below)
    assert max(below) < source.log.index(f"post {first}")


def test_a_producer_is_consumed_lazily() -> None:
    source = fake(tables=1000)
    source.reading.slice = 10
    walking = walk(source, source.topology, Start("table", SCHEMA))
    next(walking)
    before = source.statements
    assert before == 1 + source.facets("table")
    for _ in range(40):
        next(walking)
    assert source.statements > before


def test_the_post_process_of_a_unit_is_left_to_the_ledger() -> None:
    service = RandomService((Shape("a", unit=True, post=2),), seed=1)
    source = service.source()
    start = Start("a", source.root.child("a:k"), ["k", "a:k", {}, None])
    walked = list(walk(source, source.topology, start))
    assert not any(line.startswith("post") for line in source.log)
    assert walked[-1].cursor == END
    after = list(post(source, source.topology, start))
    assert [e.entity.name for e in after if isinstance(e, Found)] == ["post-0", "post-1"]
    last = after[-1].cursor
    assert last is not None
    assert [e for e in post(source, source.topology, start, resume=last) if isinstance(e, Found)] == []


# -- what goes wrong --------------------------------------------------------------------------------------------------
def test_an_exception_in_a_stage_is_one_outcome() -> None:
    told = events(fake(Fault(at="build", where=f"{SCHEMA.fqn}.t0000001", action="error")))
    outcomes = [event.outcome for event in told if isinstance(event, Reported)]
    assert [(o.kind, o.type, o.key, o.reason) for o in outcomes] == [("failed", "Table", "t0000001", "error")]
    assert outcomes[0].message.startswith("RuntimeError: ")
    assert len(found(told)) == 3 + 1 + 5
    assert not [event for event in told if isinstance(event, Covered) and event.coverage.error]


def test_an_exception_in_a_producer_makes_its_scope_incomplete() -> None:
    told = events(fake(Fault(at="list", where=SCHEMA.fqn, action="stop", after=1)))
    broken = [event.coverage for event in told if isinstance(event, Covered) and event.coverage.error]
    assert [(c.node, c.scope, c.reason) for c in broken] == [("table", SCHEMA, "denied")]
    assert [name for name in found(told) if "schema_0000." in name] == ["schema_0000.t0000000"]
    assert len([name for name in found(told) if "schema_0001." in name]) == 3


def test_a_stop_in_a_stage_forbids_going_below() -> None:
    told = events(fake(Fault(at="build", where=SCHEMA.fqn, action="stop")))
    broken = {event.coverage.node for event in told if isinstance(event, Covered) and event.coverage.error}
    assert broken == {"table", "type", "sequence", "stored_procedure", "schema_object"}
    assert [name for name in found(told) if "schema_0000" in name] == []
    assert len([name for name in found(told) if "schema_0001." in name]) == 3


def test_what_is_gone_or_locked_is_reported_by_the_listing() -> None:
    gone = Fault(at="read", where=f"{SCHEMA.fqn}.t0000000", action="gone")
    locked = Fault(at="read", where=f"{SCHEMA.fqn}.t0000002", action="skip")
    told = events(fake(gone, locked))
    kinds = {event.outcome.key: event.outcome.kind for event in told if isinstance(event, Reported)}
    assert kinds == {"t0000000": "gone", "t0000002": "failed"}


@pytest.mark.parametrize("at", ["build", "read"])
@pytest.mark.parametrize(("action", "error"), [("retry", Retry), ("fatal", Fatal), ("memory", MemoryError)])
def test_what_is_about_the_unit_ends_the_walk(at: str, action: str, error: type[BaseException]) -> None:
    fault = Fault.model_validate({"at": at, "where": f"{SCHEMA.fqn}.t0000001", "action": action})
    source = fake(fault)
    told: list[Event] = []
    with pytest.raises(error):
        told.extend(walk(source, source.topology, Start("table", SCHEMA)))
    assert found(told) == ["schema_0000.t0000000"]
    assert told[-1].cursor == ("table", "t0000000")
    again = list(walk(fake(), source.topology, Start("table", SCHEMA), resume=told[-1].cursor))
    assert found(again) == ["schema_0000.t0000001", "schema_0000.t0000002"]


def test_a_processor_that_yields_nothing_is_a_failure() -> None:
    class Silent(FakeSource):
        def yield_table(self, item: Item, scope: Scope) -> list[object]:  # type: ignore[override]
            return []

    source = Silent("fake", FakeConnection(schemas=1, tables=2))
    told = list(walk(source, source.topology, Start("table", SCHEMA)))
    outcomes = [event.outcome for event in told if isinstance(event, Reported)]
    assert [(o.kind, o.reason) for o in outcomes] == [("failed", "empty")] * 2


def test_poison_is_reported_and_never_touched() -> None:
    touched: list[str] = []
    poison = frozenset({("table", SCHEMA.fqn, "t0000001")})
    reading = ReadMode(slice=1, touch=lambda node, listing, key: touched.append(key), poison=poison)
    source = FakeSource("fake", FakeConnection(schemas=1, tables=3), reading=reading)
    told = list(walk(source, source.topology, Start("table", SCHEMA)))
    assert [event.outcome.reason for event in told if isinstance(event, Reported)] == ["poison"]
    assert found(told) == ["schema_0000.t0000000", "schema_0000.t0000002"]
    assert "t0000001" not in touched


# -- units ------------------------------------------------------------------------------------------------------------
def test_expanding_reads_no_object() -> None:
    source = fake(tables=(5, 6000), schemas=2)
    root = harvest.root(source)
    (database,) = [e.start for e in expand(source, source.topology, root) if isinstance(e, Spawned)]
    schemas = [e.start for e in expand(source, source.topology, database) if isinstance(e, Spawned)]
    assert [start.scope.name for start in schemas] == ["schema_0000", "schema_0001"]
    ranges = [e.start.range for e in expand(source, source.topology, schemas[1]) if spawns(e, "table")]
    assert [(r.after, r.until) for r in ranges] == [*((None, "t0002499"), ("t0002499", "t0004999"), ("t0004999", None))]
    leaf = Start("table", SCHEMA, range=KeyRange("a", "b"))
    assert list(expand(source, source.topology, leaf)) == []


def test_small_neighbours_share_a_unit() -> None:
    source = fake(schemas=1000, tables=4)
    database = Start("database", Scope.of("fake", "db_00"), ["db_00", "db_00", {}, None])
    spawned = [e for e in walk(source, source.topology, database) if isinstance(e, Spawned)]
    assert len(spawned) == 5
    assert sum(len(event.fqns) for event in spawned) == 1000
    assert all(event.start.item is None for event in spawned)
    assert all((event.start.estimate or 0) <= PACK for event in spawned)
    spans = [event.start.range for event in spawned]
    assert spans[0].after is None
    assert all(one.until == two.after for one, two in pairwise(spans))


def test_what_is_held_back_for_packing_is_never_cut_off() -> None:
    node = Node("n", _nothing, (Stage(Thing, _nothing),), unit=True, ranged=True)
    packer = Packer(node, Scope.of("s"), (), None)
    told: list[Event] = [*packer.add(Item("a", "a", estimate=1)), *packer.add(Item("b", "b", estimate=1))]
    told += packer.report(Reported(Outcome("filtered", "X", "s.c", "c", "r"), "n", Scope.of("s")))
    assert told == []
    told += packer.flush()
    assert [type(event) for event in told] == [Spawned, Reported]
    assert [event.cursor for event in told] == [None, ("n", "c")]
    assert list(packer.flush()) == []


@pytest.mark.parametrize(("effort", "units"), [(1, 2), (4, 5)])
def test_units_are_as_small_as_their_objects_are_slow(effort: int, units: int) -> None:
    node = Node("n", _nothing, (Stage(Thing, _nothing),), unit=True, ranged=True)
    packer = Packer(node, Scope.of("s"), (), None, effort=effort)
    items = [Item(f"i{at}", f"i{at}", estimate=105) for at in range(10)]
    told = [event for item in items for event in packer.add(item)] + list(packer.flush())
    assert len([event for event in told if isinstance(event, Spawned)]) == units


def test_an_item_ends_with_a_place_to_cut() -> None:
    told = events(fake())
    done = [event.cursor for event in told if isinstance(event, Done)]
    assert done[-1] == END
    assert None not in done


# -- topologies -------------------------------------------------------------------------------------------------------
def test_a_topology_refuses_what_cannot_work() -> None:
    stage = Stage(Thing, _nothing)
    leaf = Node("leaf", _nothing, (stage,), unit=True)
    with pytest.raises(ValueError, match="has no stage"):
        Node("n", _nothing, ())
    with pytest.raises(ValueError, match="names node 'leaf' twice"):
        Topology(Node("root", _nothing, (stage,), children=(leaf, leaf)))
    with pytest.raises(ValueError, match="must be a unit"):
        Node("n", _nothing, (stage,), children=(leaf,), post_process=(stage,))


def _nothing(*_: object) -> object:
    return iter(())


def test_sources_of_one_service_share_nothing() -> None:
    service = RandomService((Shape("a"),), seed=2)
    one, two = service.source(), service.source()
    list(walk(one, one.topology, harvest.root(one), spawn=False))
    assert one.log
    assert two.log == []
    assert isinstance(one, RandomSource)


@pytest.mark.parametrize("wrong", [{"unit": True}, {"children": (Node("n", _nothing, (Stage(Thing, _nothing),)),)}])
def test_a_whole_listing_has_no_units_and_nothing_below(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="read as a whole"):
        Node("m", _nothing, (Stage(Thing, _nothing),), ranged=True, whole=True, **wrong)
