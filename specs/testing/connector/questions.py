"""Questions: existence by name, filters, identity, checks, careful reading, errors, and a clean end."""

from __future__ import annotations

import pickle
import re
from collections import defaultdict
from typing import Any

import pytest

from specs import names
from specs.config import ConnectionConfig, Filter, MetadataExtract
from specs.contracts.positions import SourcePosition
from specs.errors import Fatal, HeadraceError
from specs.recipe.declared_settings import secret_texts
from specs.service_spec import METADATA
from specs.sources.base import Source
from specs.testing import harvest
from specs.testing.connector.base import SuiteBase, leaves, sampled
from specs.testing.harvest import Harvest, HarvestedListing
from specs.topology.engine import walk
from specs.topology.events import Found, Start
from specs.topology.node import Item, Outcome
from specs.topology.read_mode import ReadMode
from specs.topology.scope import EVERYTHING, KeyRange, Scope

_FIELDS = {"Database": "databases", "Schema": "schemas", "Table": "tables", "StoredProcedure": "stored_procedures"}
_FIELDS |= {"DatabaseObject": "objects", "Dashboard": "dashboards", "Chart": "charts", "DataModel": "data_models"}


_LEAVES = {"tables", "views", *_FIELDS.values()} - {"databases", "schemas"}
"""Filters of objects that hold no others."""


class QuestionSuite(SuiteBase):
    """Questions: existence by name, filters, identity, checks, careful reading, errors, and a clean end."""

    # -- existence by name ----------------------------------------------------------------------------------------
    def test_everything_found_exists(self, one: Source, found: list[Found]) -> None:
        asked: dict[tuple[str, str], list[str]] = defaultdict(list)
        for event in found:
            if event.entity.parent:
                asked[event.entity.type_name(), event.entity.parent].append(names.split(event.entity.fqn)[-1])
        assert asked
        for (type_, parent), these in asked.items():
            answer = one.exists(type_, Scope(names.split(parent)), these)
            assert {name: answer.get(name) for name in these} == dict.fromkeys(these, "yes"), f"{type_} in {parent}"

    def test_nonsense_does_not_exist(self, one: Source, found: list[Found]) -> None:
        nonsense = ["no_such_thing", "it's", 'quo"te', "dot.ted", "50%_", "back\\slash", "emoji 😀", "x" * 300]
        for type_, parent in sorted({(e.entity.type_name(), e.entity.parent) for e in found if e.entity.parent}):
            answer = one.exists(type_, Scope(names.split(parent)), nonsense)
            assert {answer.get(name, "unknown") for name in nonsense} <= {self.absent}, f"{type_} in {parent}"

    def test_nothing_exists_below_what_does_not(self, one: Source, found: list[Found]) -> None:
        for event in sampled([e for e in found if len(e.scope.path) > 1 and e.owner is None], self.samples):
            scope = Scope((*event.scope.path[:-1], "no_such_thing"))
            answer = one.exists(event.entity.type_name(), scope, [event.entity.name])
            assert answer.get(event.entity.name, "unknown") != "yes"

    # -- filters --------------------------------------------------------------------------------------------------
    @pytest.mark.parametrize("rule", ["exclude", "include"])
    @pytest.mark.parametrize("type_", sorted(_FIELDS))
    def test_filters_report_what_they_drop(
        self, config: ConnectionConfig, found: list[Found], listed: list[HarvestedListing], type_: str, rule: str
    ) -> None:
        if type_ not in {node.type for node in self.topology().nodes.values()}:
            return  # another part's, or another kind of service's
        own = [e.entity for e in found if e.owner is None and e.entity.type_name() == type_ and e.entity.parent]
        if type_ == "Table":
            own = [entity for entity in own if entity.table_type == "regular"]  # type: ignore[attr-defined]
        if not own:
            assert not [each for each in listed if each.node.type == type_ and each.items] or type_ == "Table"
            return
        chosen = own[len(own) // 2]
        name = names.split(chosen.fqn)[-1]
        field, pattern = _FIELDS[type_], f"^{re.escape(name)}$"
        narrowed = self.spec.extract_model(METADATA).model_validate({field: {rule: [pattern]}})
        expected = f"{field}.exclude: {pattern}" if rule == "exclude" else f"{field}.include"
        source = self.source(config, narrowed)
        try:
            listing = next(each for each in listed if each.node.type == type_ and each.scope.fqn == chosen.parent)
            produced = list(listing.node.produce(source, listing.scope, EVERYTHING))
        finally:
            source.close()
        assert [each.key for each in produced] == listing.keys, "a filtered name is still listed"
        dropped = [each for each in produced if isinstance(each, Outcome)]
        kept = [each.name for each in produced if isinstance(each, Item)]
        assert all(each.kind == "filtered" for each in dropped)
        assert all(names.build(*names.split(each.fqn)[:-1]) == chosen.parent for each in dropped)
        if rule == "exclude":
            assert (chosen.fqn, expected) in [(each.fqn, each.reason) for each in dropped]
            assert name not in kept
        else:
            assert name in kept
            assert {each.reason for each in dropped} <= {expected}

    def test_exclude_wins(
        self, config: ConnectionConfig, extract: MetadataExtract, listed: list[HarvestedListing]
    ) -> None:
        both = Filter(include=("",), exclude=("",))
        filters = {name for name in type(extract).model_fields if name in _LEAVES}
        nothing = extract.model_copy(update=dict.fromkeys(filters, both))
        source = self.source(config, nothing)
        try:
            for listing in leaves(listed):
                if _FIELDS.get(listing.node.type) in _LEAVES:
                    produced = list(listing.node.produce(source, listing.scope, EVERYTHING))
                    assert [each.key for each in produced] == listing.keys
                    assert all(isinstance(each, Outcome) and each.kind == "filtered" for each in produced)
        finally:
            source.close()

    # -- careful reading ------------------------------------------------------------------------------------------
    def test_every_key_is_named_before_it_is_touched(
        self, config: ConnectionConfig, extract: MetadataExtract, listed: list[HarvestedListing]
    ) -> None:
        touched: list[tuple[str, str, str]] = []
        reading = ReadMode(slice=1, touch=lambda node, listing, key: touched.append((node, listing.fqn, key)))
        source = self.source(config, extract, reading)
        try:
            for listing in leaves(listed):
                touched.clear()
                for produced in listing.node.produce(source, listing.scope, EVERYTHING):
                    if isinstance(produced, Item) and source.facets(listing.node.name):
                        assert (listing.node.name, listing.scope.fqn, produced.key) in touched
        finally:
            source.close()

    def test_poison_is_skipped_and_reported(
        self, config: ConnectionConfig, extract: MetadataExtract, listed: list[HarvestedListing]
    ) -> None:
        for listing in leaves(listed):
            start = Start(listing.node.name, listing.scope)
            clean = harvest.walk_unit(self.builder(config, extract, 1), start) if listing.items else Harvest()
            for item in sampled(self.readable(listing), 2):
                fqn = listing.scope.child(item.name).fqn
                poison = frozenset({(listing.node.name, listing.scope.fqn, item.key)})
                poisoned = harvest.walk_unit(self.builder(config, extract, 1, poison=poison), start)
                skipped = ("failed", listing.node.type, fqn, "poison")
                assert sorted(poisoned.reported) == sorted([*clean.reported, skipped])
                assert poisoned.sent == [each for each in clean.sent if fqn not in (each[1], each[2])]

    # -- the source itself ----------------------------------------------------------------------------------------
    def test_identity_is_stable(self, config: ConnectionConfig) -> None:
        seen = set()
        for _ in range(2):
            source = self.source(config)
            seen.add(source.identity())
            source.close()
        assert len(seen) == 1
        assert "" not in seen

    def test_positions_never_fall(self, config: ConnectionConfig, one: Source) -> None:
        """Asked twice, on two connections, a server is where it was or further on; so is what was read of it."""
        first = one.position()
        list(walk(one, one.topology, harvest.root(one)))
        reached, again = one.reached(), self.source(config)
        second = again.position()
        again.close()
        assert (first is None) == (reached is None) == (second is None), "it tells, or it does not"
        if first is not None and reached is not None and second is not None:
            assert reached.relate(first) == second.relate(first) == "same"
            assert SourcePosition.load(first.dump()).relate(first) == "same"

    def test_who_announces_connections_reads_nothing_of_a_server_that_is_refused(
        self, config: ConnectionConfig, found: list[Found]
    ) -> None:
        """``connected`` comes before anything is read, and what it raises is not taken for an answer."""
        types = {node.type for node in self.topology().nodes.values()}
        asked = "Table" if "Table" in types else found[-1].entity.type_name()
        for ask in (
            lambda source: list(walk(source, source.topology, harvest.root(source), spawn=False)),
            lambda source: source.exists(asked, Scope(found[-1].scope.path[:-1]), [found[-1].entity.name]),
        ):
            source = self.source(config)
            told: list[str] = []
            source.arrived = lambda source=source, told=told: _refuse(source, told)
            refused = ""
            try:
                ask(source)
            except Fatal as error:
                refused = error.reason
            finally:
                source.close()
            assert refused == ("identity" if told else ""), "a refusal was swallowed"

    def test_cancel_is_harmless_and_close_may_be_called_twice(self, config: ConnectionConfig) -> None:
        source = self.source(config)
        source.cancel()
        source.close()
        source = self.source(config)
        source.identity()
        source.cancel()
        source.close()
        source.close()

    def test_the_check_goes_well_here(self, one: Source) -> None:
        steps = list(one.check())
        assert steps or not one.remote  # what reads the catalog alone may have nothing to try
        for step in steps:
            assert step.ok, step
            assert step.name
            assert step.evidence
            assert step.seconds >= 0

    def test_an_unreachable_source_says_so(self, unreachable: ConnectionConfig | None) -> None:
        if not self.spec.source_class(self.part).remote:
            return  # it asks no server
        if unreachable is None:
            pytest.skip(f"{self.spec.name}: no connection of this kind can fail")
        source = self.source(unreachable)
        with pytest.raises(HeadraceError) as caught:
            list(walk(source, source.topology, harvest.root(source)))
        source.close()
        error = pickle.loads(pickle.dumps(caught.value))
        assert str(error) == str(caught.value)
        assert error.what
        for secret in _secrets(unreachable):
            assert secret not in str(error) + repr(error) + repr(vars(error))
        steps = list(self.source(unreachable).check())
        assert steps
        assert not steps[-1].ok
        assert steps[-1].remedy

    def test_the_settings_are_described_frozen_and_keep_secrets(self, config: ConnectionConfig) -> None:
        schema = type(config).model_json_schema()
        for name, setting in schema.get("properties", {}).items():
            assert setting.get("description"), f"setting {name!r} has no description"
        assert type(config).model_config.get("frozen")
        assert type(config).model_config.get("extra") == "forbid"
        for secret in _secrets(config):
            assert secret not in repr(config) + str(config) + config.endpoint() + config.model_dump_json()
        assert self.spec.config_class() is type(config)

    def test_an_unknown_range_of_keys_is_empty(self, one: Source, listed: list[HarvestedListing]) -> None:
        for listing in leaves(listed):
            span = KeyRange("￿", None)
            assert list(listing.node.produce(one, listing.scope, span)) == []

    def test_accounting_is_whole(self, whole: Harvest, listed: list[HarvestedListing]) -> None:
        listed = [each for each in listed if not each.node.passage]
        root = 0 if self.topology().root.passage else 1
        listed_count = sum(len(listing.keys) for listing in listed) + root
        own: set[tuple[str, str]] = {(type_, fqn) for type_, fqn, *_ in whole.sent}
        expected = {
            (each.node.type, each.scope.child(item.name).fqn) for each in listed for item in self.readable(each)
        }
        assert expected <= own
        reported = {(type_, fqn) for _, type_, fqn, _ in whole.objects_reported}
        assert len(expected) + len(reported) + root == listed_count


def _refuse(source: Source, told: list[str]) -> None:
    told.append(source.identity())
    raise Fatal("another server", told[0], "check the connection", reason="identity")


def _secrets(config: Any) -> list[str]:
    """The secrets of a config that are long enough to be told from other text."""
    return [secret for secret in secret_texts(config) if len(secret) > 5]
