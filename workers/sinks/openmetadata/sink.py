"""Sends changes to OpenMetadata, in order and in one request each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from specs.contracts.sink import Bounds, Change, Refused, StoredLineage
from specs.errors import Fatal, Skip
from specs.recipe.recipe import ServiceRef
from workers.sinks.common.fed import fed
from workers.sinks.common.http import Http
from workers.sinks.openmetadata.config import OpenMetadataConfig
from workers.sinks.openmetadata.lineage.brought_edges import REFUSED, LineageEdges
from workers.sinks.openmetadata.lineage.edges import ENTITIES
from workers.sinks.openmetadata.mapping import PATHS, SERVICES, request
from workers.sinks.openmetadata.names import fqn
from workers.sinks.openmetadata.usage import bring_usage


class OpenMetadataSink:
    """PUT creates, updates and undeletes entities; DELETE is soft. Changes of types without a path are skipped.

    A table whose foreign keys refer to tables that do not exist there yet is sent without them, and still reported as
    refused, so that it is tried again with them later. So is lineage that names objects which do not exist there yet.
    """

    bounds = Bounds(1, 1)

    def __init__(self, config: OpenMetadataConfig, service: ServiceRef, stored: StoredLineage) -> None:
        self.timeout = config.timeout
        self._service_type = config.service_type or SERVICES.get(service.type, "CustomDatabase")
        token = config.token.get_secret_value() if config.token else ""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        self._http = Http(config, config.url, headers=headers, secrets=[token])
        self._stored, self._edges = stored, LineageEdges(self._http)
        self._met = False

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        self._meet()
        refused = []
        for change in changes:
            try:
                if change.type in PATHS:
                    self._send(change)
                elif change.type == "Lineage":
                    self._bring(change)
                elif change.type == "Usage" and change.op == "upsert":  # a day that we forget stays known there
                    bring_usage(self._http, json.loads(change.content))
            except Skip as refusal:
                refused.append(Refused(change, str(refusal)))
        return refused

    def close(self) -> None:
        self._http.close()

    def _meet(self) -> None:
        """Check before the first request that the URL is an OpenMetadata's, because a wrong one answers 404 to
        everything. Raises ``Fatal`` when it is not."""
        if self._met:
            return
        answer = self._http.send("GET", "/v1/system/version", contents=())
        try:
            found: Any = json.loads(answer.body)
        except ValueError:
            found = None
        if not isinstance(found, dict) or "version" not in found:
            remedy = "write the URL of its API: https://host:8585/api"
            raise Fatal("this is no OpenMetadata", self._http.where, remedy, reason="sink")
        self._met = True

    def _send(self, change: Change) -> None:
        path = f"/v1/{PATHS[change.type]}"
        if change.op == "delete":
            name = quote(fqn(change.fqn), safe="")
            query = "?hardDelete=false" + ("" if change.type in ("Table", "StoredProcedure") else "&recursive=true")
            self._http.send("DELETE", f"{path}/name/{name}{query}", fine=(404,), contents=REFUSED)
            return
        made = request(change.type, json.loads(change.content), self._service_type)
        try:
            self._put(path, made)
        except Skip:
            keys = [each for each in made.get("tableConstraints", ()) if each["constraintType"] == "FOREIGN_KEY"]
            if not keys:
                raise
            self._put(
                path, made | {"tableConstraints": [each for each in made["tableConstraints"] if each not in keys]}
            )
            raise

    def _bring(self, change: Change) -> None:
        refusals = []
        for found in fed(change, self._stored):
            if found.target.type in ENTITIES:
                try:
                    self._edges.bring(found)
                except Skip as refusal:
                    refusals.append(refusal)
        if refusals:
            raise refusals[0]

    def _put(self, path: str, made: dict[str, Any]) -> None:
        self._http.send("PUT", path, json.dumps(made, ensure_ascii=False).encode(), contents=REFUSED)
