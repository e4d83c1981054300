"""The mapping from lineage to DataHub's aspect ``upstreamLineage``, which holds all that feeds a dataset."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from specs import names
from workers.sinks.common.fed import FedObject, Feed
from workers.sinks.datahub.aspects_of import Proposal
from workers.sinks.datahub.urns import UrnNames

UNKNOWN = {"time": 0, "actor": "urn:li:corpuser:unknown"}
"""The stamp that DataHub itself writes where the author is unknown: equal lineage stays equal."""


def lineage_of(found: FedObject, service: str, made: UrnNames) -> Proposal | None:
    """The aspect of a table or view with all its sources; ``None`` for objects that the catalog or DataHub does not
    have. Sources of other services are left out: their URNs cannot be told from here."""
    if found.target.type != "Table" or not found.known or _service(found.target.fqn) != service:
        return None
    value = {
        "upstreams": list(_upstreams(found.feeds, service, made)),
        "fineGrainedLineages": list(_fields(found, service, made)),
    }
    return Proposal("dataset", made.dataset(found.target.fqn), "upstreamLineage", value)


def _upstreams(feeds: Iterable[Feed], service: str, made: UrnNames) -> Iterator[dict[str, Any]]:
    """Each source once, with those who tell of it; a view that reads it counts more than what copies from it."""
    told: dict[str, list[Feed]] = {}
    for feed in feeds:
        for source in _confidences(feed, service):
            told.setdefault(source, []).append(feed)
    for source, by in told.items():
        tellers = dict.fromkeys(feed.told_by for feed in by)
        texts = dict.fromkeys(text for feed in by if feed.statements and (text := feed.sql_of(source)))
        yield {
            "auditStamp": UNKNOWN, "dataset": made.dataset(source),
            "type": "VIEW" if any(feed.evidence == "view" for feed in by) else "TRANSFORMED",
            "properties": {"headrace": ", ".join(tellers)} | ({"query": next(iter(texts))} if texts else {}),
        }  # fmt: skip


def _fields(found: FedObject, service: str, made: UrnNames) -> Iterator[dict[str, Any]]:
    for feed in found.feeds:
        confidences = _confidences(feed, service)
        for flow in feed.flow.get("columns", ()):
            sources = [each for each in flow["sources"] if each["source"] in confidences]
            if sources:
                yield {
                    "upstreamType": "FIELD_SET",
                    "upstreams": list(dict.fromkeys(made.field(each["source"], each["column"]) for each in sources)),
                    "downstreamType": "FIELD", "downstreams": [made.field(found.target.fqn, flow["column"])],
                    "transformOperation": _operation(flow, sources),
                    "confidenceScore": min(confidences[each["source"]] for each in sources),
                }  # fmt: skip


def _operation(flow: Mapping[str, Any], sources: list[Mapping[str, Any]]) -> str:
    """What becomes of the columns, as DataHub's own ingestion spells it."""
    if flow.get("expression"):
        return f"SQL: {flow['expression']}"
    return f"COPY: {', '.join(dict.fromkeys(each['column'] for each in sources))}"


def _confidences(feed: Feed, service: str) -> dict[str, float]:
    """How sure each table is that feeds the target, by its FQN."""
    return {
        edge["source"]: edge.get("confidence", 1.0)
        for edge in feed.flow.get("edges", ())
        if edge.get("source_type", "Table") == "Table" and _service(edge["source"]) == service
    }


def _service(fqn: str) -> str:
    return names.split(fqn)[0]
