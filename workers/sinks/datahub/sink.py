"""Sends changes to DataHub, a batch of proposals in one request, which DataHub answers once they are stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from specs.contracts.sink import Bounds, Change, Refused, StoredLineage
from specs.errors import Fatal
from specs.recipe.recipe import ServiceRef
from workers.sinks.common.fed import fed
from workers.sinks.common.http import Http
from workers.sinks.datahub.aspects_of import KINDS, PLATFORMS, Proposal, proposals
from workers.sinks.datahub.config import DataHubConfig
from workers.sinks.datahub.lineage import lineage_of
from workers.sinks.datahub.urns import UrnNames
from workers.sinks.datahub.usage import usage_of

ASPECTS_OF_A_CHANGE = 8
"""Most proposals of one change."""
PROPOSALS_OF_A_REQUEST = 200
"""Most proposals that DataHub accepts in one request."""
MOST_CHARACTERS = 4_000_000
"""Most characters of one request, unless a single proposal has more; DataHub accepts 16 MB."""


class DataHubSink:
    """Sends UPSERTs of aspects, which may be repeated without harm. Deletions are soft: ``status.removed``.

    An UPSERT replaces all lineage of a dataset, so everything that feeds it is asked from the catalog.
    """

    def __init__(self, config: DataHubConfig, service: ServiceRef, stored: StoredLineage) -> None:
        self.bounds = Bounds(
            min(config.batch_entries, PROPOSALS_OF_A_REQUEST // ASPECTS_OF_A_CHANGE), config.batch_bytes
        )
        self.timeout = config.timeout
        platform = config.platform or PLATFORMS.get(service.type) or re.sub(r"[^A-Za-z0-9]+", "-", service.type)
        self._service, self._stored = service.name, stored
        self._names = UrnNames(platform, config.env, config.platform_instance, config.tiers or 0)
        token = config.token.get_secret_value() if config.token else ""
        headers = {"Content-Type": "application/json", "X-RestLi-Protocol-Version": "2.0.0"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        self._http = Http(config, config.url, headers=headers, secrets=[token])
        self._met = False

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        self._meet()
        made = {each.key: each for change in changes for each in self._proposals(change)}
        batch: list[str] = []
        for proposal in map(_json, made.values()):
            full = len(batch) == PROPOSALS_OF_A_REQUEST or sum(map(len, batch)) + len(proposal) > MOST_CHARACTERS
            if batch and full:
                self._send(batch)
                batch = []
            batch.append(proposal)
        if batch:
            self._send(batch)
        return []

    def _proposals(self, change: Change) -> Iterator[Proposal]:
        if change.type in KINDS:
            content = json.loads(change.content) if change.op == "upsert" else None
            yield from proposals(change.type, change.fqn, content, self._names)
        elif change.type == "Lineage":
            for found in fed(change, self._stored):
                proposal = lineage_of(found, self._service, self._names)
                if proposal is not None:
                    yield proposal
        elif change.type == "Usage" and change.op == "upsert":  # a day that we forget stays known there
            usage = usage_of(json.loads(change.content), self._names)
            if usage is not None:
                yield usage

    def _send(self, batch: Sequence[str]) -> None:
        body = f'{{"proposals":[{",".join(batch)}],"async":"false"}}'.encode()
        self._http.send("POST", "/aspects?action=ingestProposalBatch", body)

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


def _json(proposal: Proposal) -> str:
    value = json.dumps(proposal.value, ensure_ascii=False)
    told = {
        "entityType": proposal.entity, "entityUrn": proposal.urn, "changeType": "UPSERT",
        "aspectName": proposal.aspect, "aspect": {"value": value, "contentType": "application/json"},
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False)
