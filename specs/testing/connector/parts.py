"""Parts: walked together they are what each is alone, and none takes the place of another."""

from __future__ import annotations

from itertools import combinations

from specs.config import ConnectionConfig, MetadataExtract
from specs.contracts.work import unit_id
from specs.service_spec import METADATA
from specs.testing import harvest
from specs.testing.connector.base import SuiteBase
from specs.testing.harvest import Build
from specs.topology.engine import walk
from specs.topology.events import Found, Spawned, Start


class PartsSuite(SuiteBase):
    """Parts: walked together they are what each is alone, and none takes the place of another.

    The suite of the metadata does this for all parts of the spec; there is nothing to do where it has one only.
    """

    def test_a_node_has_one_owner(self) -> None:
        owned = [
            {node.name for node in self.spec.source_class(part).topology.nodes.values() if not node.passage}
            for part in self._parts()
        ]
        assert [one & two for one, two in combinations(owned, 2) if one & two] == []

    def test_units_of_two_parts_are_two(self, config: ConnectionConfig, extract: MetadataExtract) -> None:
        found = [_units(self._build(part, config, extract), part) for part in self._parts()]
        for part, starts in zip(self._parts(), found, strict=True):
            assert {start.part for start in starts} == {part}
            assert len({unit_id("run", start) for start in starts}) == len(starts)
        ids = [{unit_id("run", start) for start in starts} for starts in found]
        assert [one & two for one, two in combinations(ids, 2) if one & two] == []

    def test_what_other_parts_send_belongs_to_what_is_sent(
        self, config: ConnectionConfig, extract: MetadataExtract
    ) -> None:
        sent: dict[str, list[Found]] = {}
        for part in self._parts():
            sent[part] = harvest.entities(self._build(part, config, extract))
        places = {event.entity.fqn for event in sent.get(METADATA, ())}
        seen: set[tuple[str, str]] = set()
        for part, events in sent.items():
            identities = {(event.entity.type_name(), event.entity.fqn) for event in events}
            assert not identities & seen, f"{part} sends what another part has sent"
            seen |= identities
            own = places | {fqn for _, fqn in identities}
            for event in events:
                assert not event.entity.parent or event.entity.parent in own, harvest.described(event.entity)

    def _parts(self) -> list[str]:
        parts = list(self.spec.parts)
        return parts if self.part == METADATA and len(parts) > 1 else []

    def _build(self, part: str, config: ConnectionConfig, extract: MetadataExtract) -> Build:
        return lambda: self.source(config, extract, part=part)


def _units(build: Build, part: str) -> list[Start]:
    """Where all units of a part begin."""
    source = build()
    try:
        pending, found = [harvest.root(source, part)], []
        while pending:
            start = harvest.through_json(pending.pop())
            found.append(start)
            pending += [event.start for event in walk(source, source.topology, start) if isinstance(event, Spawned)]
        return found
    finally:
        source.close()
