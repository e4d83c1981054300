"""The webhook sink: batches of changes as JSON, sent to a URL with POST."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Sequence

from specs.contracts.sink import Change, Refused
from specs.recipe.recipe import ServiceRef
from workers.sinks.common.change_line import line
from workers.sinks.common.http import Http
from workers.sinks.webhook.config import WebhookConfig


class WebhookSink:
    """Posts ``{"service": ..., "changes": [...]}``; any 2xx acknowledges the batch as a whole."""

    def __init__(self, config: WebhookConfig, service: ServiceRef) -> None:
        self.bounds, self.timeout = config.bounds, config.timeout
        self._service = service.name
        self._key = config.hmac_secret.get_secret_value() if config.hmac_secret else ""
        self._http = Http(config, config.url, headers={"Content-Type": "application/json"}, secrets=[self._key])

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        body = _body(self._service, changes)
        headers = {"Idempotency-Key": hashlib.blake2b(body, digest_size=16).hexdigest()}
        if self._key:
            headers["X-Headrace-Signature"] = "sha256=" + hmac.new(self._key.encode(), body, "sha256").hexdigest()
        self._http.send("POST", "", body, headers=headers)
        return []

    def close(self) -> None:
        self._http.close()


def _body(service: str, changes: Sequence[Change]) -> bytes:
    listing = ",".join(map(line, changes))
    return f'{{"version":1,"service":{json.dumps(service)},"changes":[{listing}]}}'.encode()
