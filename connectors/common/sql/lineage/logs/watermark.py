"""What the last reading of a log depended on. As long as that is the same, reading it again would tell the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from connectors.common.sql.lineage.logs.window import LogWindow
from connectors.common.sql.lineage.relations import KnownRelation, KnownRelations, Meanings
from specs.contracts.parts.resolver import Resolver
from specs.contracts.parts.statements import TableName
from specs.entities.lineage import LineageLog, LogWatermark
from specs.sources.database.extracts import LineageExtract
from specs.topology.scope import Scope

NAME = "watermark"
"""The name of the watermark, directly below the account of the log."""
READING = 1
"""Another number where logs are read differently than before: they are then read again."""
MOST_NAMES = 5_000
"""Names that are remembered; a log that names more is read again by each run."""


class AskedRelations(KnownRelations):
    """Relations that remember which names were asked for, and what these meant. All methods raise ``Retry`` as the
    resolver does."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._asked: dict[TableName, str] = {}
        self._complete = True

    def meanings(self, said: Iterable[TableName], home: str = "") -> Meanings:
        found = super().meanings(said, home)
        for name, relations in found.items():
            if name not in self._asked:
                if len(self._asked) >= MOST_NAMES:
                    self._complete = False
                    break
                self._asked[name] = _digest(relations)
        return found

    @property
    def asked(self) -> list[TableName] | None:
        """All names that were asked for; ``None`` where they were too many."""
        return sorted(self._asked) if self._complete else None

    def meant(self, said: Iterable[TableName]) -> str:
        """A hash of what these names mean."""
        wanted = list(said)
        self.meanings(wanted)
        return _hashed([self._asked.get(name, "") for name in wanted])


class Watermarks:
    """The watermark of one log, as the catalog has it. Methods raise ``Retry`` as the catalog does."""

    def __init__(self, catalog: Resolver, settings: LineageExtract, relations: AskedRelations) -> None:
        self._catalog, self._settings, self._relations = catalog, settings, relations

    def stands(self, scope: Scope) -> bool:
        """Whether the log was read as a whole by the run that wrote its account."""
        mark = self._kept(LogWatermark.type_name(), scope.child(NAME))
        begun = self._kept(LineageLog.type_name(), scope).get("begun")
        return bool(mark.get("seal")) and begun is not None and begun == mark.get("begun")

    def reached(self, scope: Scope, window: LogWindow, databases: Sequence[str]) -> bool:
        """Whether nothing was written since, no day with statements left the window, and all names mean what they
        meant."""
        mark = self._kept(LogWatermark.type_name(), scope.child(NAME))
        if not window.seal or mark.get("seal") != self._seal(window, databases):
            return False
        said = [TableName(*name) for name in mark.get("asked", ())]
        return self._relations.meant(said) == mark.get("meant")

    def fields(self, begun: float, window: LogWindow, databases: Sequence[str]) -> dict[str, Any]:
        """The fields of the watermark of a log that was read as a whole; without a seal where it has to be read
        again."""
        asked = self._relations.asked
        if asked is None or not window.seal:
            return {"begun": begun}
        seal, meant = self._seal(window, databases), self._relations.meant(asked)
        return {"begun": begun, "seal": seal, "asked": tuple(map(tuple, asked)), "meant": meant}

    def _seal(self, window: LogWindow, databases: Sequence[str]) -> str:
        settings = self._settings.model_dump_json(include={"query_log", "filters", "max_statement_bytes"})
        return _hashed([str(READING), window.seal, settings, *databases])

    def _kept(self, type_: str, scope: Scope) -> Mapping[str, Any]:
        text = self._catalog.statistics(type_, scope.fqn)
        return dict(json.loads(text)) if text else {}


def _digest(relations: Sequence[KnownRelation]) -> str:
    return blake2b(repr(relations).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _hashed(texts: Sequence[str]) -> str:
    return blake2b(json.dumps(texts).encode(), digest_size=12).hexdigest()
