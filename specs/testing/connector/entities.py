"""Entities: unique, in their place, parents first, equal on every read."""

from __future__ import annotations

from collections import Counter

from specs import names
from specs.config import ConnectionConfig, MetadataExtract
from specs.testing import harvest
from specs.testing.connector.base import SuiteBase, content
from specs.testing.harvest import Harvest
from specs.topology.engine import walk
from specs.topology.events import Found


class EntitySuite(SuiteBase):
    """Entities: unique, in their place, parents first, equal on every read."""

    def test_identities_are_unique(self, found: list[Found]) -> None:
        counted = Counter((event.entity.type_name(), event.entity.fqn) for event in found)
        assert [identity for identity, count in counted.items() if count > 1] == []

    def test_names_agree_with_their_place(self, found: list[Found]) -> None:
        for event in found:
            entity = event.entity
            path = names.split(entity.fqn)
            assert names.build(*path) == entity.fqn
            assert path[0] == self.service
            assert path[-1] == names.clean(entity.name) or entity.name in path[-1], harvest.described(entity)
            if len(path) > 1:
                assert entity.parent == names.build(*path[:-1]), harvest.described(entity)
            if event.owner is None and len(path) > 1:
                assert event.scope.path == path[:-1], harvest.described(entity)

    def test_parents_come_first(self, found: list[Found]) -> None:
        below = {child.name for node in self.topology().nodes.values() if node.passage for child in node.children}
        seen: set[str] = {""}
        for event in found:
            assert event.entity.parent in seen or event.node in below, harvest.described(event.entity)
            seen.add(event.entity.fqn)

    def test_two_reads_agree(self, config: ConnectionConfig, extract: MetadataExtract, found: list[Found]) -> None:
        again = harvest.entities(self.builder(config, extract, 5))
        assert [content(event) for event in again] == [content(event) for event in found]

    def test_entities_survive_their_json(self, found: list[Found]) -> None:
        for event in found:
            entity = event.entity
            back = type(entity).model_validate_json(entity.content())
            assert back.content() == entity.content()

    def test_two_sources_do_not_share_anything(
        self, config: ConnectionConfig, extract: MetadataExtract, whole: Harvest
    ) -> None:
        one, two = self.source(config, extract), self.source(config, extract)
        try:
            walks = [walk(s, s.topology, harvest.root(s), spawn=False) for s in (one, two)]
            harvests = [Harvest(), Harvest()]
            for pair in zip(*walks, strict=True):
                for event, into in zip(pair, harvests, strict=True):
                    into.take(event)
        finally:
            one.close()
            two.close()
        assert [each.objects for each in harvests] == [whole.objects, whole.objects]
