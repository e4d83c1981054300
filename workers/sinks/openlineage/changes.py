"""The OpenLineage sink in ``mode: changes``: an event for every change, posted one by one or appended to a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from specs.contracts.sink import Bounds, Change, Refused, StoredLineage, TypedFqn
from specs.errors import Skip
from specs.recipe.recipe import ServiceRef
from workers.sinks.common.fed import fed
from workers.sinks.common.http import Http
from workers.sinks.common.line_files import append
from workers.sinks.openlineage.config import OpenLineageConfig
from workers.sinks.openlineage.events.facets import Content
from workers.sinks.openlineage.events.maker import Event, Events, line, now


class OpenLineageSink:
    """Tables and views become datasets, and what feeds them jobs. All other changes are passed over."""

    bounds = Bounds(200, 2_000_000)

    def __init__(
        self,
        config: OpenLineageConfig,
        service: ServiceRef,
        stored: StoredLineage,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.timeout = config.timeout
        self._config, self._stored, self._clock = config, stored, clock
        self._events = Events(config, stored.namespace, clock)
        self._path = Path(config.path) if config.path else None
        self._endpoint, self._http = config.endpoint, http(config)

    def deliver(self, changes: Sequence[Change]) -> list[Refused]:
        self._events = Events(self._config, self._stored.namespace, self._clock)  # where servers are may have changed
        if self._path is not None:
            events = [f"{line(event)}\n" for change in changes for event in self._of(change)]
            if events:
                append(self._path, "".join(events).encode())
            return []
        refused = []
        for change in changes:
            try:
                for event in self._of(change):
                    self._post(event)
            except Skip as refusal:
                refused.append(Refused(change, str(refusal)))
        return refused

    def close(self) -> None:
        if self._http is not None:
            self._http.close()

    def _post(self, event: Event) -> None:
        assert self._http is not None
        self._http.send("POST", self._endpoint, line(event).encode())

    def _of(self, change: Change) -> Iterator[Event]:
        if change.type == "Table":
            gone = change.op == "delete"
            yield from (
                self._events.of_dropped(change.fqn) if gone else self._events.of_table(json.loads(change.content))
            )
        elif change.type == "Lineage":
            yield from self._of_lineage(change)
            for found in fed(change, self._stored):
                if found.target.type == "Table" and not found.feeds:
                    yield from self._events.of_unfed(found.target.fqn)

    def _of_lineage(self, change: Change) -> Iterator[Event]:
        if change.op == "delete":
            yield from self._events.of_lost_lineage(change.fqn)
            return
        lineage = json.loads(change.content)
        told = self._content(TypedFqn(lineage.get("target_type", "Table"), change.fqn))
        tables = {} if self._events.static else self._tables(lineage)
        yield from self._events.of_lineage(lineage, told, tables)

    def _tables(self, lineage: Content) -> Mapping[str, Content]:
        named = {
            fqn
            for flow in lineage.get("flows", ())
            for fqn in (flow["target"], *(edge["source"] for edge in flow.get("edges", ())))
        }
        found = {fqn: self._content(TypedFqn("Table", fqn)) for fqn in named}
        return {fqn: content for fqn, content in found.items() if content is not None}

    def _content(self, wanted: TypedFqn) -> Content | None:
        content = self._stored.content(wanted)
        found: Content | None = json.loads(content) if content is not None else None
        return found


def http(config: OpenLineageConfig) -> Http | None:
    """The connection to a receiver; ``None`` for a file. Raises ``Fatal`` when the certificates cannot be read."""
    if config.url is None:
        return None
    token = config.token.get_secret_value() if config.token else ""
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    return Http(config, config.url, headers=headers, secrets=[token])
