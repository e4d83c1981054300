"""The connector suite is worth passing: sources that break one rule each fail the test of that rule."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest

from specs.config import MetadataExtract
from specs.entities.base import Entity
from specs.entities.database.tables import Table
from specs.service_spec import DefaultDatabaseSpec
from specs.sources.base import Presence
from specs.testing import harvest
from specs.testing.connector import ConnectorSuite
from specs.testing.fake import FakeConnection, FakeSource
from specs.topology.node import Item, Produced
from specs.topology.scope import KeyRange, Scope

CONFIG = FakeConnection(schemas=2, tables=6, columns=2, views=0.0, procedures=2)
_numbers = count()


class Unordered(FakeSource):
    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return iter(sorted(super().tables(scope, span), key=lambda produced: produced.key[::-1] + "b", reverse=True))


class StartsLate(FakeSource):
    """Listing past the end of a range is cut by the walk; listing too late is not."""

    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        late = KeyRange(span.after and span.after[:-1] + chr(ord(span.after[-1]) + 1), span.until, span.only)
        return super().tables(scope, late)


class LosesTheLastOfASlice(FakeSource):
    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        for number, produced in enumerate(super().tables(scope, span)):
            if self.reading.slice == 1000 or number % self.reading.slice != self.reading.slice - 1:
                yield produced


class Restless(FakeSource):
    def yield_table(self, item: Item, scope: Scope) -> Iterator[Entity]:
        for entity in super().yield_table(item, scope):
            yield entity.model_copy(update={"comment": str(next(_numbers))})


class HidesTheFiltered(FakeSource):
    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return (produced for produced in super().tables(scope, span) if isinstance(produced, Item))


class SaysYesToAll(FakeSource):
    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return dict.fromkeys(names, "yes")


class SaysNoToAll(FakeSource):
    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        return dict.fromkeys(names, "no")


class AsksPerTable(FakeSource):
    def yield_table(self, item: Item, scope: Scope) -> Any:
        self.statements += 1
        return super().yield_table(item, scope)


class Misplaced(FakeSource):
    def yield_table(self, item: Item, scope: Scope) -> Iterator[Entity]:
        for entity in super().yield_table(item, scope):
            yield entity.model_copy(update={"parent": "elsewhere"}) if isinstance(entity, Table) else entity


class Forgetful(FakeSource):
    def preview(self, node: str, scope: Scope, span: KeyRange) -> Iterator[Any]:
        return iter(list(super().preview(node, scope, span))[1:])


class SplitsOutside(FakeSource):
    def split(self, node: str, scope: Scope, span: KeyRange, size: int) -> list[str]:
        return ["\x01", "zzz"] if span.whole else ["\x00"]


class Careless(FakeSource):
    """Touches keys without naming them first."""

    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return (Item(name, name) for name in self.estate.listing("table", scope, span))


class Unstable(FakeSource):
    def identity(self) -> str:
        return str(next(_numbers))


BROKEN = [
    (Unordered, "test_keys_increase_by_bytes"),
    (StartsLate, "test_any_split_into_ranges_yields_the_same"),
    (LosesTheLastOfASlice, "test_units_yield_what_the_root_walk_yields"),
    (Restless, "test_two_reads_agree"),
    (HidesTheFiltered, "test_filters_report_what_they_drop"),
    (SaysYesToAll, "test_nonsense_does_not_exist"),
    (SaysNoToAll, "test_everything_found_exists"),
    (AsksPerTable, "test_statements_are_names_plus_facets_per_slice"),
    (Misplaced, "test_names_agree_with_their_place"),
    (Forgetful, "test_preview_lists_what_the_producer_lists"),
    (SplitsOutside, "test_split_keys_increase_inside_the_range"),
    (Careless, "test_every_key_is_named_before_it_is_touched"),
    (Unstable, "test_identity_is_stable"),
]


@pytest.mark.parametrize(("source", "test"), BROKEN)
def test_a_broken_source_fails(source: type[FakeSource], test: str) -> None:
    """Given a source with one fault, when the suite runs, then the test of that rule fails."""
    run = _runner(source, test)
    with pytest.raises(AssertionError):
        run()


@pytest.mark.parametrize("test", sorted({test for _, test in BROKEN}))
def test_a_sound_source_passes(test: str) -> None:
    _runner(FakeSource, test)()


def _runner(source: type[FakeSource], test: str) -> Callable[[], None]:
    """``test`` of the suite over ``source``, with the fixtures it asks for made by hand."""
    spec_ = DefaultDatabaseSpec(name="broken", connection=FakeConnection, metadata_source_class=source)
    suite = type("Suite", (ConnectorSuite,), {"spec": spec_})()
    extract = MetadataExtract()
    build = suite.builder(CONFIG, extract)
    made: dict[str, Callable[[], Any]] = {
        "config": lambda: CONFIG,
        "extract": lambda: extract,
        "whole": lambda: harvest.walk_whole(build),
        "found": lambda: harvest.entities(build),
        "listed": lambda: harvest.listings(build()),
        "one": build,
        "slice_": lambda: 2 if "units" in test else 1000,
        "size": lambda: 2,
        "type_": lambda: "Table",
        "rule": lambda: "exclude",
    }
    method = getattr(suite, test)
    names = method.__code__.co_varnames[1 : method.__code__.co_argcount]
    return lambda: method(**{name: made[name]() for name in names})


@pytest.mark.parametrize("test", ["test_a_node_has_one_owner", "test_what_other_parts_send_belongs_to_what_is_sent"])
def test_a_part_that_takes_anothers_place_is_noticed(test: str) -> None:
    spec_ = DefaultDatabaseSpec(
        name="broken", connection=FakeConnection, metadata_source_class=FakeSource, usage_source_class=FakeSource
    )
    suite = type("Suite", (ConnectorSuite,), {"spec": spec_})()
    given = (CONFIG, MetadataExtract())[: getattr(suite, test).__code__.co_argcount - 1]
    with pytest.raises(AssertionError):
        getattr(suite, test)(*given)
