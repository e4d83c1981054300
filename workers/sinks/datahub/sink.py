"""Sends changes to DataHub, a batch of proposals in one request, which DataHub answers once they are stored."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from specs.contracts.sink import Bounds, Change, Refused
from specs.errors import Fatal
from specs.recipe.recipe import ServiceRef
from workers.sinks.common.http import Http
from workers.sinks.datahub.aspects_of import KINDS, PLATFORMS, Proposal, proposals
from workers.sinks.datahub.config import DataHubConfig
from workers.sinks.datahub.urns import UrnNames

ASPECTS_OF_A_CHANGE = 8
"""Most proposals of one change."""
PROPOSALS_OF_A_REQUEST = 200
"""Most proposals that DataHub accepts in one request."""


class DataHubSink:
    """Sends UPSERTs of aspects, which may be repeated without harm. Deletions are soft: ``status.removed``."""

    def __init__(self, config: DataHubConfig, service: ServiceRef) -> None:
        self.bounds = Bounds(
            min(config.batch_entries, PROPOSALS_OF_A_REQUEST // ASPECTS_OF_A_CHANGE), config.batch_bytes
        )
        self.timeout = config.timeout
        platform = config.platform or PLATFORMS.get(service.type) or re.sub(r"[^A-Za-z0-9]+", "-", service.type)
        self._names = UrnNames(platform, config.env, config.platform_instance, config.tiers or 0)
        token = config.token.get_secret_value() if config.token else ""
        headers = {"Content-Type": "application/json", "X-RestLi-Protocol-Version": "2.0.0"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = Http(config, headers=headers, secrets=[token])
        self._met = False

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        self._meet()
        made = [
            _json(each)
            for change in changes
            if change.type in KINDS
            for each in proposals(
                change.type, change.fqn, json.loads(change.content) if change.op == "upsert" else None, self._names
            )
        ]
        if made:
            body = json.dumps({"proposals": made, "async": "false"}, ensure_ascii=False).encode()
            self._http.send("POST", "/aspects?action=ingestProposalBatch", body)
        return []

    def close(self) -> None:
        self._http.close()

    def _meet(self) -> None:
        """Check before the first request that the URL is a DataHub's. Raises ``Fatal`` when it is not."""
        if self._met:
            return
        answer = self._http.send("GET", "/config", contents=())
        try:
            found: Any = json.loads(answer.body)
        except ValueError:
            found = None
        if not isinstance(found, dict) or found.get("noCode") != "true":
            remedy = "write the URL of its metadata service: https://host:8080, or https://host/api/gms"
            raise Fatal("this is no DataHub", self._http.where, remedy, reason="sink")
        self._met = True


def _json(proposal: Proposal) -> dict[str, Any]:
    value = json.dumps(proposal.value, ensure_ascii=False)
    return {
        "entityType": proposal.entity, "entityUrn": proposal.urn, "changeType": "UPSERT",
        "aspectName": proposal.aspect, "aspect": {"value": value, "contentType": "application/json"},
    }  # fmt: skip
