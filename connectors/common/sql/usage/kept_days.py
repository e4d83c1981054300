"""What the catalog knows of days that were read before, so that they are not read again in vain."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from hashlib import blake2b
from typing import Any

from connectors.common.sql.lineage.logs.watermark import NAME as MARK
from connectors.common.sql.lineage.relations import KnownRelations
from connectors.common.sql.query_log.days.file_days import FileDays
from connectors.common.sql.query_log.days.plan import LogDay, LogDays, known_files
from connectors.common.sql.query_log.files import QueryLog
from specs import names
from specs.contracts.parts.resolver import Resolver
from specs.contracts.parts.statements import TableName
from specs.entities.lineage import LogWatermark
from specs.entities.usage import UsageDay
from specs.sources.database.extracts import UsageExtract
from specs.topology.scope import Scope

READING = 2
"""Another number where logs are read differently than before: days are then read again."""


class KeptDays:
    """The days of one service as the catalog has them. ``key`` is the secret that hashes of users are made with.
    Methods raise ``Retry`` as the catalog does."""

    def __init__(self, catalog: Resolver, settings: UsageExtract, key: str) -> None:
        self._catalog, self._settings, self._key = catalog, settings, key

    def find(
        self,
        log: QueryLog,
        scope: Scope,
        window: Sequence[str],
        files: Iterable[FileDays],
        went_on: Callable[[], None],
    ) -> dict[str, LogDay]:
        """What of the log has to be read for each day of the window; ``files`` are known from a moment ago. Raises
        ``Fatal`` when the library of a format is missing."""
        known = [*files]
        for day in window:
            known += known_files(self._account(scope.child(day)).get("log", {}).get("files", []))
        return LogDays(log, self._settings.day_of, self._settings.bounds, went_on).find(window, known)

    def done(self, scope: Scope, plan: LogDay, relations: KnownRelations) -> bool:
        """Whether the day was read as a whole before and all that it told is stored, nothing was written for it since,
        and none of the names that fitted nothing fits something now."""
        kept = self._account(scope)
        log, mark = kept.get("log", {}), self._told(LogWatermark.type_name(), scope.child(MARK))
        if not plan.seal or not log.get("seal") == mark.get("seal") == self.seal(plan):
            return False
        if log.get("begun") is None or log["begun"] != mark.get("begun"):  # a later reading was broken off
            return False
        return not any(relations.meanings(_table_name(name) for name in kept.get("unknown", [])).values())

    def seal(self, plan: LogDay) -> str:
        """What a day's buckets depend on: the bytes of the log, and the settings with which they are read."""
        settings = self._settings.model_dump_json(exclude={"window", "keep"})
        told = f"{READING} {plan.seal} {settings}".encode()
        return blake2b(told, key=blake2b(self._key.encode()).digest(), digest_size=12).hexdigest()

    def _account(self, scope: Scope) -> dict[str, Any]:
        return self._told(UsageDay.type_name(), scope)

    def _told(self, type_: str, scope: Scope) -> dict[str, Any]:
        text = self._catalog.statistics(type_, scope.fqn)
        return dict(json.loads(text)) if text else {}


def told(seal: str, begun: float, plan: LogDay) -> dict[str, Any]:
    """What is kept of a day's log; nothing where there is nothing to keep."""
    files = [each.as_json() for each in plan.files]
    return ({"seal": seal, "begun": begun} if seal else {}) | ({"files": files} if files else {})


def _table_name(name: str) -> TableName:
    """The name of an object that the account of a day calls unknown."""
    return TableName(*["", "", *names.split(name)][-3:])
