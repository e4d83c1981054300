"""The law: units, ranges and resumed walks bring in exactly what one walk of the root brings in."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specs.testing import harvest
from specs.testing.topologies import KEYS, RandomService, Shape, services
from specs.topology.engine import walk
from specs.topology.events import Covered, Event, Found, Reported, Spawned, Start
from specs.topology.scope import Scope

some = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def told(events: list[Event]) -> list[str]:
    """The events that say something about the service, without their cursors."""
    kept = []
    for event in events:
        if isinstance(event, Found):
            kept.append(f"found {event.entity.content()} {event.node} {event.scope.fqn} {event.owner}")
        elif isinstance(event, Reported):
            kept.append(f"reported {event.outcome} {event.node} {event.scope.fqn}")
        elif isinstance(event, Covered):
            kept.append(f"covered {event.coverage}")
        elif isinstance(event, Spawned):
            kept.append(f"spawned {event.start} {event.fqns}")
    return kept


@some
@given(services(broken=0.3, unlisted=0.3))
def test_units_bring_in_what_the_root_walk_brings_in(service: RandomService) -> None:
    whole = harvest.walk_whole(service.source)
    units = harvest.walk_units(service.source)
    assert units.objects == whole.objects
    assert {c.error for c in units.incomplete} == {c.error for c in whole.incomplete}


@some
@given(services(broken=0.3), st.lists(st.integers(0, 12), max_size=4))
def test_units_that_die_again_and_again_lose_and_repeat_nothing(service: RandomService, cuts: list[int]) -> None:
    whole = harvest.walk_whole(service.source)
    units = harvest.walk_units(service.source, cut=lambda start: cuts)
    assert units.objects == whole.objects


@some
@given(services(broken=0.3, unlisted=0.3), st.data())
def test_a_walk_resumed_behind_any_cursor_goes_on_where_it_was(service: RandomService, data: st.DataObject) -> None:
    first = service.source()
    start = harvest.root(first)
    events = list(walk(first, first.topology, start, spawn=False))
    cuts = [at for at, event in enumerate(events) if event.cursor is not None]
    at = data.draw(st.sampled_from(cuts))
    cursor = events[at].cursor
    assert cursor is not None
    again = service.source()
    rest = list(walk(again, again.topology, start, resume=cursor, spawn=False))
    assert told(events[: at + 1]) + told(rest) == told(events)


@some
@given(services(broken=0.3), st.data())
def test_any_unit_resumed_behind_any_cursor_goes_on_where_it_was(service: RandomService, data: st.DataObject) -> None:
    pending = [harvest.root(service.source())]
    starts = []
    while pending:
        start = pending.pop()
        starts.append(start)
        pending += harvest.walk_unit(service.source, start).spawned
    start = data.draw(st.sampled_from(starts))
    count = harvest.cursors(service.source, start)
    whole = harvest.walk_unit(service.source, start)
    for cut in data.draw(st.lists(st.integers(0, count), min_size=1, max_size=3, unique=True)):
        broken = harvest.walk_broken(service.source, start, [cut])
        assert broken.sent == whole.sent
        assert broken.reported == whole.reported
        spawned, expected = (_covered(service, each.spawned) for each in (broken, whole))
        assert spawned == expected


def _covered(service: RandomService, starts: list[Start]) -> Counter[object]:
    """What units bring in, however they are packed and cut."""
    found: Counter[object] = Counter()
    for start in starts:
        found.update(harvest.walk_whole(service.source, start).sent)
    return found


@some
@given(services(broken=0.3), st.lists(st.sampled_from([*KEYS, "c", "\x00"]), unique=True))
def test_any_split_into_ranges_brings_in_the_same(service: RandomService, cuts: list[str]) -> None:
    source = service.source()
    for shape in service.shapes:
        if shape.ranged and not shape.unit:
            whole = harvest.walk_unit(service.source, Start(shape.name, source.root))
            parts = harvest.walk_ranges(service.source, shape.name, source.root, sorted(cuts))
            assert parts.objects == whole.objects
            spans = [coverage.range for coverage in parts.coverages if coverage.node == shape.name]
            assert len([c for c in parts.coverages if c.scope == source.root]) == len(cuts) + 1
            assert all(one.until == two.after for one, two in pairwise(spans) if one.until)


@pytest.mark.parametrize("seed", range(8))
def test_a_listing_split_by_its_source_is_tiled_by_its_units(seed: int) -> None:
    service = RandomService((Shape("s", unit=True, children=(Shape("t", ranged=True),)),), seed=seed, longest=12)
    units, whole = harvest.walk_units(service.source), harvest.walk_whole(service.source)
    assert units.objects == whole.objects
    for listed in whole.coverages:
        spans = [c.range for c in units.coverages if (c.node, c.scope) == (listed.node, listed.scope)]
        spans.sort(key=lambda span: span.after or "")
        assert spans[0].after is None
        assert spans[-1].until is None
        assert all(one.until == two.after is not None for one, two in pairwise(spans))


def test_large_listings_are_split() -> None:
    service = RandomService((Shape("s", unit=True, children=(Shape("t", ranged=True),)),), seed=1, longest=12)
    source = service.source()
    large = Start("s", source.root.child("s:a"), ["a", "s:a", {}, 6000])
    spawned = harvest.walk_unit(service.source, large).spawned
    assert [(start.range.after, start.range.until) for start in spawned] == [
        *((None, "A"), ("A", "a.b"), ("a.b", "b"), ("b", "é"), ("é", None))
    ]


def test_single_scopes_are_small_json() -> None:
    scope = Scope.of("svc", 'od"d.name', "😀")
    assert harvest.through_json(Start("n", scope)).scope == scope
