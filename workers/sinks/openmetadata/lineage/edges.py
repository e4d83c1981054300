"""The mapping from lineage to OpenMetadata's edges: one for each pair of objects, however many entities tell of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from specs import names
from specs.contracts.sink import TypedFqn
from workers.sinks.common.fed import FedObject, Feed
from workers.sinks.openmetadata.names import join

ENTITIES = {"Table": "table", "StoredProcedure": "storedProcedure"}
"""What OpenMetadata calls the types of objects that edges may join. Edges of other types are left out."""
SOURCES = {
    "view": "ViewLineage", "procedure": "QueryLineage", "trigger": "QueryLineage", "query_log": "QueryLineage",
    "pipeline": "PipelineLineage", "dashboard": "DashboardLineage", "declared": "Manual",
}  # fmt: skip
"""OpenMetadata's kinds of lineage by our evidence."""
MARK = "Headrace: "
"""Begins the descriptions of our edges; edges without it were made by a person or another tool, and are not deleted."""
REPLACED = frozenset({"ViewLineage", "QueryLineage"})
"""Kinds of edges of other tools that ours replace. What a person or another tool declared stays."""
SQL_CHARACTERS = 20_000
"""Longest SQL text that is repeated with an edge; the object that it belongs to has it in any case."""
TELLERS = 10
"""Most tellers that a description names."""


@dataclass(frozen=True, slots=True)
class WantedEdge:
    """An edge as it should be. ``details`` lack the routine that moves the data, whose id is not known yet: it is
    ``routine``."""

    source: TypedFqn
    details: dict[str, Any]
    routine: TypedFqn | None


def wanted(found: FedObject) -> dict[str, WantedEdge]:
    """The edges that lead to an object, by the FQN of their source."""
    by_source: dict[TypedFqn, list[Feed]] = {}
    for feed in found.feeds:
        for edge in feed.flow.get("edges", ()):
            source = TypedFqn(edge.get("source_type", "Table"), edge["source"])
            if source.type in ENTITIES and source != found.target:  # OpenMetadata refuses an object that feeds itself
                by_source.setdefault(source, []).append(feed)
    return {source.fqn: _edge(source, found.target, feeds) for source, feeds in by_source.items()}


def _edge(source: TypedFqn, target: TypedFqn, feeds: Sequence[Feed]) -> WantedEdge:
    first = feeds[0]
    tellers = list(dict.fromkeys(feed.told_by for feed in feeds))
    more = f" and {len(tellers) - TELLERS} more" if len(tellers) > TELLERS else ""
    details: dict[str, Any] = {
        "source": SOURCES.get(first.evidence, "QueryLineage"),
        "description": MARK + ", ".join(tellers[:TELLERS]) + more,
        "columnsLineage": list(_columns(source.fqn, target.fqn, feeds)),
    }
    text = next(filter(None, (feed.sql_of(source.fqn) for feed in feeds)), None)
    if text and len(text) <= SQL_CHARACTERS:
        details["sqlQuery"] = text
    routines = [feed.teller for feed in feeds if feed.teller.type == "StoredProcedure"]
    return WantedEdge(source, details, routines[0] if routines else None)


def _columns(source: str, target: str, feeds: Sequence[Feed]) -> Iterator[dict[str, Any]]:
    """The columns of the target that are made of columns of ``source``."""
    found: dict[str, dict[str, Any]] = {}
    for feed in feeds:
        for flow in feed.flow.get("columns", ()):
            own = dict.fromkeys(_column(source, each["column"]) for each in flow["sources"] if each["source"] == source)
            if own:
                made = found.setdefault(
                    flow["column"], {"fromColumns": [], "toColumn": _column(target, flow["column"])}
                )
                made["fromColumns"] += [each for each in own if each not in made["fromColumns"]]
                if flow.get("expression"):
                    made.setdefault("function", flow["expression"])
    yield from found.values()


def _column(table: str, column: str) -> str:
    return join((*names.split(table), column))


def same(details: Mapping[str, Any], stored: Mapping[str, Any]) -> bool:
    """Whether an edge is stored with these details; what the server added to them does not count."""
    return all(_plain(key, stored.get(key)) == _plain(key, details.get(key)) for key in _COMPARED)


_COMPARED = ("source", "description", "columnsLineage", "sqlQuery", "pipeline")


def _plain(key: str, value: Any) -> Any:
    if key == "pipeline":
        return (value or {}).get("id")
    if key == "columnsLineage":
        return [{name: each[name] for name in each if each[name]} for each in value or ()]
    return value or None
