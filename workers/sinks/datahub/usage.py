"""The mapping from a day's usage of a table to DataHub's aspect ``datasetUsageStatistics``, of which a dataset has one
for each day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from workers.sinks.datahub.aspects_of import Proposal
from workers.sinks.datahub.urns import UrnNames

QUERY_CHARACTERS = 24_000
"""Most characters of all frequent queries of one day together, as in DataHub's own ingestion."""


def usage_of(content: Mapping[str, Any], made: UrnNames) -> Proposal | None:
    """The aspect of one day; ``None`` for what is no dataset there.

    Days are DataHub's own, which begin at midnight in UTC: ours of the same date, whatever time zone they are of. Who
    asked how often is not known, so that users are only counted.
    """
    if content.get("target_type", "Table") != "Table":
        return None
    found: Mapping[str, Any] = content.get("stats", {})
    begin = datetime.fromisoformat(content["day"]).replace(tzinfo=UTC)
    value: dict[str, Any] = {
        "timestampMillis": int(begin.timestamp()) * 1000,
        "eventGranularity": {"unit": "DAY", "multiple": 1},
        "partitionSpec": {"type": "FULL_TABLE", "partition": "FULL_TABLE_SNAPSHOT"},
        "totalSqlQueries": found.get("queries", 0),
        "topSqlQueries": _texts(found),
        "fieldCounts": [
            {"fieldPath": each["column"], "count": each["queries"]} for each in found.get("columns", ())
        ],
    }  # fmt: skip
    if found.get("users") is not None:
        value["uniqueUserCount"] = found["users"]
    return Proposal("dataset", made.dataset(content["target"]), "datasetUsageStatistics", value)


def _texts(found: Mapping[str, Any]) -> list[str]:
    """The most frequent queries, as many as there is room for."""
    room, texts = QUERY_CHARACTERS, []
    for each in found.get("top", ()):
        room -= len(each["sql"])
        if room >= 0:
            texts.append(each["sql"])
    return texts
