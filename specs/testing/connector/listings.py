"""Listings: ordered keys, honest previews, small items, statements within bounds."""

from __future__ import annotations

import json
import math
from contextlib import suppress

import pytest

from specs.config import ConnectionConfig, MetadataExtract
from specs.errors import Skip
from specs.sources.base import Source
from specs.testing import harvest
from specs.testing.connector.base import SuiteBase, kind, leaves
from specs.testing.harvest import HarvestedListing
from specs.topology.events import Start
from specs.topology.node import Item
from specs.topology.read_mode import ReadMode
from specs.topology.scope import EVERYTHING, KeyRange

ITEM_BYTES = 4096
"""What the item of a unit may take up as JSON."""


class ListingSuite(SuiteBase):
    """Listings: ordered keys, honest previews, small items, statements within bounds."""

    def test_keys_increase_by_bytes(self, listed: list[HarvestedListing]) -> None:
        for listing in listed:
            keys = [key.encode() for key in listing.keys]
            assert keys == sorted(set(keys)), f"{listing.node.name} below {listing.scope.fqn}"

    def test_items_of_units_are_small_json(self, listed: list[HarvestedListing]) -> None:
        for listing in listed:
            for item in listing.items if listing.node.unit else ():
                text = json.dumps([item.key, item.name, item.data, item.estimate])
                assert len(text) <= ITEM_BYTES, f"{item.name} takes {len(text)} bytes"

    def test_estimates_are_counts_or_none(self, listed: list[HarvestedListing]) -> None:
        for listing in listed:
            for item in listing.items:
                assert item.estimate is None or (type(item.estimate) is int and item.estimate >= 0)

    def test_preview_lists_what_the_producer_lists(self, one: Source, listed: list[HarvestedListing]) -> None:
        for listing in listed:
            preview = list(one.preview(listing.node.name, listing.scope, EVERYTHING))
            assert [kind(each) for each in preview] == [kind(each) for each in listing.produced]

    @pytest.mark.parametrize("size", [1, 2, 7])
    def test_split_keys_increase_inside_the_range(
        self, config: ConnectionConfig, extract: MetadataExtract, one: Source, listed: list[HarvestedListing], size: int
    ) -> None:
        for listing in leaves(listed):
            keys = listing.keys
            after, until = (keys[0], keys[-1]) if len(keys) > 2 else (None, None)
            for span in (EVERYTHING, KeyRange(after, until)):
                cuts = list(one.split(listing.node.name, listing.scope, span, size))
                assert cuts == sorted(set(cuts))
                assert all(cut in span for cut in cuts)
            cuts = list(one.split(listing.node.name, listing.scope, EVERYTHING, size))
            if cuts and size == 7:
                build = self.builder(config, extract)
                parts = harvest.walk_ranges(build, listing.node.name, listing.scope, cuts)
                assert parts.objects == harvest.walk_unit(build, Start(listing.node.name, listing.scope)).objects

    @pytest.mark.parametrize("slice_", [7, 1000])
    def test_statements_are_names_plus_facets_per_slice(
        self, config: ConnectionConfig, extract: MetadataExtract, listed: list[HarvestedListing], slice_: int
    ) -> None:
        source = self.source(config, extract, ReadMode(slice=slice_))
        try:
            source.identity()
            for listing in leaves(listed):
                before = source.statements
                for produced in listing.node.produce(source, listing.scope, EVERYTHING):
                    if isinstance(produced, Item):
                        for stage in listing.node.stages:
                            with suppress(Skip):  # an object that cannot be read costs no more than one that can
                                list(stage.process(source, produced, listing.scope.child(produced.name)))
                used = source.statements - before
                slices, node = math.ceil(len(listing.produced) / slice_), listing.node.name
                listed_by = source.listing_statements(node, len(listing.produced))
                allowed = listed_by + source.facets(node) * slices + source.object_statements(node) * len(listing.items)
                least = 1 if source.remote and slices else 0
                assert least <= used <= allowed or not slices, (
                    f"{used} statements for {listing.node.name}, not {allowed}"
                )
        finally:
            source.close()
