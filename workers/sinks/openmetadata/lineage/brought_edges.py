"""Brings the lineage of one object to OpenMetadata: edges that are missing or differ are put, ours that are gone
deleted."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from specs.contracts.sink import TypedFqn
from specs.errors import Skip
from workers.sinks.common.fed import FedObject
from workers.sinks.common.http import Http
from workers.sinks.openmetadata.lineage.edges import ENTITIES, MARK, REPLACED, WantedEdge, same, wanted
from workers.sinks.openmetadata.mapping import PATHS
from workers.sinks.openmetadata.names import fqn

REFUSED = frozenset({400, 404, 409, 413, 422})
"""Status codes that refuse an edge; with 404, an end of it does not exist."""
KEPT_IDS = 10_000
"""Most ids of objects that are remembered."""


class StoredEdge(NamedTuple):
    """An edge that OpenMetadata has, with the id and type of its source."""

    id: str
    type: str
    details: Mapping[str, Any]

    @property
    def ours(self) -> bool:
        return str(self.details.get("description") or "").startswith(MARK)


class LineageEdges:
    """The edges of one OpenMetadata. They join ids, which are asked for by name and remembered."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._ids: OrderedDict[TypedFqn, str] = OrderedDict()

    def bring(self, found: FedObject) -> None:
        """Make the edges that lead to an object those that are wanted.

        Raises ``Skip`` when an end of an edge is not there, or an edge or its columns are refused: the other edges are
        brought all the same. Raises ``Retry`` and ``Fatal`` as requests do.
        """
        edges = wanted(found)
        target = self._stored(found.target)
        if target is None:
            if edges and found.known:
                raise Skip("OpenMetadata does not have this object yet", found.target.fqn, reason="refused")
            return
        own, stored = target
        refusals: list[Skip] = []
        for edge in edges.values():
            there = stored.pop(fqn(edge.source.fqn), None)
            if there is None or there.ours or there.details.get("source") in REPLACED:
                try:
                    self._put(edge, there, found.target, own)
                except Skip as refusal:
                    refusals.append(refusal)
        for gone in stored.values():
            if gone.ours:
                path = f"/v1/lineage/{gone.type}/{gone.id}/{ENTITIES[found.target.type]}/{own}"
                self._http.send("DELETE", path, fine=(404,), contents=REFUSED)
        if refusals:
            raise refusals[0]

    def _stored(self, target: TypedFqn) -> tuple[str, dict[str, StoredEdge]] | None:
        """The id of an object, and the edges that lead to it, by the FQN of their source as OpenMetadata spells it;
        ``None`` when it does not have the object."""
        path = f"/v1/lineage/{ENTITIES[target.type]}/name/{quote(fqn(target.fqn), safe='')}"
        answer = self._http.send("GET", f"{path}?upstreamDepth=1&downstreamDepth=0", fine=(404,), contents=REFUSED)
        if answer.status == 404:
            return None
        try:
            told: Any = json.loads(answer.body)
            nodes = {node["id"]: node for node in told.get("nodes") or ()}
            own = str(told["entity"]["id"])
            edges = [each for each in told.get("upstreamEdges") or () if each["toEntity"] == own]
            return own, {
                nodes[each["fromEntity"]]["fullyQualifiedName"]: StoredEdge(
                    each["fromEntity"], nodes[each["fromEntity"]]["type"], each.get("lineageDetails") or {}
                )
                for each in edges
                if each["fromEntity"] in nodes
            }
        except (ValueError, KeyError, TypeError, AttributeError):
            what = "the answer about its lineage is too long, or in another form"
            raise Skip(what, target.fqn, reason="refused") from None

    def _put(self, edge: WantedEdge, there: StoredEdge | None, target: TypedFqn, own: str) -> None:
        details = dict(edge.details)
        if edge.routine is not None:
            details["pipeline"] = {"id": self._id(edge.routine), "type": ENTITIES[edge.routine.type]}
        if there is not None and same(details, there.details):
            return
        source = there.id if there is not None else self._id(edge.source)
        ends = {
            "fromEntity": {"id": source, "type": ENTITIES[edge.source.type]},
            "toEntity": {"id": own, "type": ENTITIES[target.type]},
        }
        try:
            self._send(ends, details)
        except Skip:
            self._ids.pop(edge.source, None)  # it may have been made anew, with another id
            if not details["columnsLineage"]:
                raise
            self._send(ends, details | {"columnsLineage": []})
            raise

    def _send(self, ends: Mapping[str, Any], details: Mapping[str, Any]) -> None:
        body = json.dumps({"edge": {**ends, "lineageDetails": details}}, ensure_ascii=False).encode()
        self._http.send("PUT", "/v1/lineage", body, contents=REFUSED)

    def _id(self, wanted: TypedFqn) -> str:
        if wanted in self._ids:
            self._ids.move_to_end(wanted)
            return self._ids[wanted]
        path = f"/v1/{PATHS[wanted.type]}/name/{quote(fqn(wanted.fqn), safe='')}"
        answer = self._http.send("GET", path, contents=REFUSED)
        try:
            found = str(json.loads(answer.body)["id"])
        except (ValueError, KeyError, TypeError):
            raise Skip("the answer about it is too long, or has no id", wanted.fqn, reason="refused") from None
        self._ids[wanted] = found
        if len(self._ids) > KEPT_IDS:
            self._ids.popitem(last=False)
        return found
