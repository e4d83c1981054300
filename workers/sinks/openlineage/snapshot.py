"""The OpenLineage sink in ``mode: snapshot``: a file with an event for each object, replaced as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

from specs.contracts.sink import StoredLineage
from workers.sinks.common.line_files import replace
from workers.sinks.openlineage.config import OpenLineageConfig
from workers.sinks.openlineage.events.facets import Content
from workers.sinks.openlineage.events.maker import Event, Events, line, now


class EventFile:
    """Writes another file and renames it, so that a reader sees the old events or the new ones, never a part."""

    def __init__(self, config: OpenLineageConfig, stored: StoredLineage, clock: Callable[[], datetime] = now) -> None:
        self._path = Path(config.path or "")
        self._events = Events(config, stored.namespace, clock)
        self._read = 0

    def write(self, lines: Iterable[str]) -> int:
        """Replace the file by the events of ``lines``; returns how many lines there were. Raises ``Fatal`` when it
        cannot be written; the old file stays then."""
        self._read = 0
        replace(self._path, map(line, self._of(lines)))
        return self._read

    def close(self) -> None:
        """Do nothing: ``write`` closes its file."""

    def _of(self, lines: Iterable[str]) -> Iterator[Event]:
        """The events, in the order of the lines. Lineage stands right ahead of the object that it belongs to, and waits
        for it, since it has the text."""
        waiting: Content | None = None
        for text in lines:
            self._read += 1
            content = json.loads(text)
            if waiting is not None and (content["fqn"] != waiting["fqn"] or content["type"] == _object(waiting)):
                yield from self._events.of_lineage(waiting, content if content["fqn"] == waiting["fqn"] else None)
                waiting = None
            if content["type"] == "Table":
                yield from self._events.of_table(content)
            elif content["type"] == "Lineage":
                waiting = content
        if waiting is not None:
            yield from self._events.of_lineage(waiting, None)


def _object(lineage: Content) -> str:
    found: str = lineage.get("target_type", "Table")
    return found
