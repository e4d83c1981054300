"""The lineage of one object, gathered from all objects that tell of it. A receiver that keeps it in one place gets it
as a whole, whichever of the tellers has changed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from specs.contracts.sink import Change, StoredLineage, TypedFqn

_TEXTS = ("view_definition", "code", "definition")


class Feed(NamedTuple):
    """One flow, and who tells of it: a ``Lineage`` entity. ``sql`` is the text of its object, where there is one;
    ``statements`` are those of a query log, by their hashes."""

    teller: TypedFqn
    evidence: str
    flow: Mapping[str, Any]
    sql: str | None
    statements: Mapping[str, str] = {}

    @property
    def told_by(self) -> str:
        """Who tells of it, in words. A query log and a declaration are no objects that have a name elsewhere."""
        return self.evidence.replace("_", " ") if self.nameless else f"{self.evidence} {self.teller.fqn}"

    @property
    def nameless(self) -> bool:
        return self.evidence in ("declared", "query_log")

    def sql_of(self, source: str) -> str | None:
        """The text that tells of the edge from a source, by its FQN."""
        for edge in self.flow.get("edges", ()):
            if edge["source"] == source and edge.get("sql_hash") in self.statements:
                return self.statements[edge["sql_hash"]]
        return self.sql


@dataclass(frozen=True, slots=True)
class FedObject:
    """An object and all that feeds it now, by the FQNs of the tellers. ``known``: the catalog has the object."""

    target: TypedFqn
    feeds: list[Feed] = field(default_factory=list)
    known: bool = True


def fed(change: Change, stored: StoredLineage) -> Iterator[FedObject]:
    """Yields the objects whose lineage a change of a ``Lineage`` entity may have changed: those that it tells of now,
    and those of which it told before. Raises ``Retry`` while the catalog is unavailable."""
    now = [_target(flow) for flow in _flows(json.loads(change.content))] if change.op == "upsert" else []
    own = TypedFqn("Table", change.fqn)
    for target in dict.fromkeys((*stored.targets(change.fqn, now), own)):
        feeds = [feed for content in stored.feeding(target) for feed in _feeds(json.loads(content), target, stored)]
        feeds.sort(key=lambda feed: feed.teller.fqn)
        known = stored.content(target) is not None
        if known or feeds:
            yield FedObject(target, feeds, known)


def _feeds(lineage: Mapping[str, Any], target: TypedFqn, stored: StoredLineage) -> Iterator[Feed]:
    teller = TypedFqn(lineage.get("target_type", "Table"), lineage["fqn"])
    flows = [flow for flow in _flows(lineage) if _target(flow) == target]
    text = sql(stored.content(teller)) if flows else None
    statements = {each["sql_hash"]: each["sql"] for each in lineage.get("statements", ())}
    for flow in flows:
        yield Feed(teller, lineage.get("evidence", "view"), flow, text, statements)


def sql(content: str | None) -> str | None:
    """The SQL text of an object, by its content; ``None`` when it has none."""
    entity = json.loads(content) if content else {}
    return next((entity[key] for key in _TEXTS if entity.get(key)), None)


def _flows(lineage: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = lineage.get("flows", [])
    return found


def _target(flow: Mapping[str, Any]) -> TypedFqn:
    return TypedFqn(flow.get("target_type", "Table"), flow["target"])
