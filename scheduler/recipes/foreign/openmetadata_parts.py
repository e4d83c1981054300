"""What OpenMetadata's workflows for lineage and usage say, as the parts of a recipe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from specs.errors import UsageError

_TEXTS = {"views": "processViewLineage", "procedures": "processStoredProcedureLineage"}
_LOG_COLUMNS = {"text": "query_text", "time": "start_time", "user": "user_name", "database": "database_name"}
"""The columns of a query log as OpenMetadata reads it from a file."""


class Options(Protocol):
    """A workflow's options: their values, which are noted as used, and where they stand in the file."""

    def option(self, name: str) -> Any: ...

    def option_place(self, name: str) -> str: ...


def lineage_of(options: Options, notice: Callable[[str], None]) -> dict[str, Any]:
    """The part lineage alone, over the metadata that the catalog holds. Raises ``UsageError`` when nothing of what the
    workflow asks for can be read."""
    asked: dict[str, Any] = {ours: options.option(theirs) is not False for ours, theirs in _TEXTS.items()}
    log = _query_log(options)
    if options.option("processQueryLineage") is not False and log is not None:
        asked |= {"query_log": log, "window": _window(options)}
    elif options.option("processQueryLineage") is not False:
        notice("lineage is read from the definitions in the catalog; query logs only from a file (queryLogFilePath)")
    if not any(asked.values()):
        place = options.option_place(_TEXTS["views"])
        raise UsageError(f"{place}: this workflow reads no lineage", remedy="set it to true, or name queryLogFilePath")
    return {"lineage": asked, "only": ["lineage"]}


def usage_of(options: Options) -> dict[str, Any]:
    """The part usage alone: from a file, or from the counters of the server."""
    log = _query_log(options)
    usage: dict[str, Any] = {"window": _window(options)} | ({"query_log": log} if log is not None else {})
    return {"usage": usage, "only": ["usage"]}


def _query_log(options: Options) -> dict[str, Any] | None:
    path = options.option("queryLogFilePath")
    return {"type": "csv", "files": [str(path)], "columns": _LOG_COLUMNS} if path else None


def _window(options: Options) -> str:
    """So many days before today, and today. Raises ``UsageError`` for what is no number of days."""
    given = options.option("queryLogDuration")
    days = str(1 if given is None else given)
    if not days.isdigit():
        raise UsageError(f"{options.option_place('queryLogDuration')}: should be a number of days")
    return f"{int(days) + 1}d"
