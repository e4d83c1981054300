"""Brings a day's usage of a table to OpenMetadata, which counts the queries of each table by day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from specs.errors import Skip
from workers.sinks.common.http import Http
from workers.sinks.openmetadata.lineage.brought_edges import REFUSED
from workers.sinks.openmetadata.names import fqn


def bring_usage(http: Http, content: Mapping[str, Any]) -> None:
    """Make the count of one day what it is here.

    OpenMetadata adds what it is sent to the counts of the schema and the database, too, and never takes it off. So what
    it has is asked first: the same number is not sent, and of a larger one only the difference, which ``PUT`` adds.
    ``POST`` replaces a number by a smaller one. Raises ``Skip`` when the table is not there, and ``Retry`` and
    ``Fatal`` as requests do.
    """
    if content.get("target_type", "Table") != "Table":
        return
    day, count = content["day"], content.get("stats", {}).get("queries", 0)
    path = f"/v1/usage/table/name/{quote(fqn(content['target']), safe='')}"
    answer = http.send("GET", f"{path}?date={day}&days=1", fine=(404,), contents=REFUSED)
    if answer.status == 404:
        if not count:
            return
        raise Skip("OpenMetadata does not have this table yet", content["target"], reason="refused")
    more = count - _stored(answer.body, day, content["target"])
    if more:
        body = json.dumps({"date": day, "count": more if more > 0 else count}).encode()
        http.send("PUT" if more > 0 else "POST", path, body, contents=REFUSED)


def _stored(body: bytes, day: str, target: str) -> int:
    """The count of a day that OpenMetadata has."""
    try:
        told: Any = json.loads(body)
        return sum(int(each["dailyStats"]["count"]) for each in told.get("usage") or () if each["date"] == day)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Skip("the answer about its usage is in another form", target, reason="refused") from None
