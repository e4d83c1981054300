"""The law: walking in units, in ranges, in slices or with interruptions yields what one walk yields."""

from __future__ import annotations

from collections import Counter

import pytest

from specs.config import ConnectionConfig, MetadataExtract
from specs.sources.base import Source
from specs.testing import harvest
from specs.testing.connector.base import SuiteBase, leaves, sampled
from specs.testing.harvest import Harvest, HarvestedListing
from specs.topology.engine import walk
from specs.topology.events import Start
from specs.topology.read_mode import ReadMode
from specs.topology.scope import KeyRange


class LawSuite(SuiteBase):
    """The law: walking in units, in ranges, in slices or with interruptions yields what one walk yields."""

    def test_every_listing_is_complete(self, whole: Harvest) -> None:
        assert whole.incomplete == []
        failed = {
            (kind, type_, fqn, reason) for kind, type_, fqn, reason in whole.objects_reported if kind != "filtered"
        }
        assert failed == {("failed", *identity, reason) for identity, reason in self.unreadable.items()}
        assert whole.sent

    @pytest.mark.parametrize("slice_", [1, 2, 7, 1000])
    def test_units_yield_what_the_root_walk_yields(
        self, config: ConnectionConfig, extract: MetadataExtract, whole: Harvest, slice_: int
    ) -> None:
        units = harvest.walk_units(self.builder(config, extract, slice_))
        assert units.objects == whole.objects
        assert units.incomplete == []

    @pytest.mark.parametrize("slice_", [1, 7])
    def test_listings_in_pages_yield_the_same(
        self,
        config: ConnectionConfig,
        extract: MetadataExtract,
        whole: Harvest,
        listed: list[HarvestedListing],
        slice_: int,
    ) -> None:
        """As they are read over a line that lets only little pass."""
        reading = ReadMode(slice=slice_, most=slice_)
        found = harvest.walk_whole(lambda: self.source(config, extract, reading))
        assert found.objects == whole.objects
        assert found.incomplete == []
        for listing in sampled([each for each in leaves(listed) if len(each.keys) > 2], 2):
            span = KeyRange(listing.keys[0], listing.keys[-1])
            source = self.source(config, extract, reading)
            kept = [each.key for each in listing.node.produce(source, listing.scope, span)]
            source.close()
            assert kept == listing.keys[1:]

    def test_a_walk_resumes_at_any_cursor(
        self, config: ConnectionConfig, extract: MetadataExtract, whole: Harvest, one: Source
    ) -> None:
        build = self.builder(config, extract, 3)
        start = harvest.root(one)
        count = sum(e.cursor is not None for e in walk(one, one.topology, start, spawn=False))
        for cut in sampled(range(count), self.samples):
            resumed = harvest.walk_broken(build, start, [cut], spawn=False)
            assert resumed.objects == whole.objects, f"resumed behind cursor {cut}"
            assert Counter(map(repr, resumed.coverages)) == Counter(map(repr, whole.coverages))

    def test_units_resume_again_and_again(
        self, config: ConnectionConfig, extract: MetadataExtract, whole: Harvest
    ) -> None:
        resumed = harvest.walk_units(self.builder(config, extract, 2), cut=lambda start: (0, 1, 3))
        assert resumed.objects == whole.objects

    def test_any_split_into_ranges_yields_the_same(
        self, config: ConnectionConfig, extract: MetadataExtract, listed: list[HarvestedListing]
    ) -> None:
        build = self.builder(config, extract)
        for listing in sampled([each for each in leaves(listed) if each.keys], self.samples):
            name, scope, keys = listing.node.name, listing.scope, listing.keys
            expected = harvest.walk_unit(build, Start(name, scope)).objects
            for key in sampled(keys, max(3, self.samples // 2)):
                assert harvest.walk_ranges(build, name, scope, [key]).objects == expected, f"split behind {key!r}"
            few = sampled(keys, 2 * self.samples)
            assert harvest.walk_ranges(build, name, scope, few).objects == expected
            edges = [few[0][:-1] + "\x01", few[0] + "\x01", few[-1] + "￿"]
            assert harvest.walk_ranges(build, name, scope, sorted(edges)).objects == expected

    def test_single_keys_are_found(
        self, config: ConnectionConfig, extract: MetadataExtract, listed: list[HarvestedListing]
    ) -> None:
        build = self.builder(config, extract)
        for listing in leaves(listed):
            for item in sampled(self.readable(listing), 2):
                start = Start(listing.node.name, listing.scope, range=KeyRange.single(item.key))
                fqns = {fqn for type_, fqn, *_ in harvest.walk_unit(build, start).sent if type_ == listing.node.type}
                assert fqns == {listing.scope.child(item.name).fqn}
