"""A receiver of OpenLineage events: it checks each against the models of OpenLineage's client, and keeps what it was
told of datasets and jobs last."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tests.catalogs.openlineage_client import FACTS
from tests.servers.receiver import Request

FROZEN = json.loads(FACTS.read_text())
_MODELS: Mapping[str, Any] = FROZEN["models"]
_BY_SCHEMA = {each["schema"]: name for name, each in _MODELS.items() if each["schema"]}
_PLAIN = {"str": str, "int": int, "bool": bool}
_ADDRESSES = {"producer", "schemaURL", "_producer", "_schemaURL"}
"""Fields that the client fills in, and that the spec requires."""


def mistakes(event: Mapping[str, Any]) -> list[str]:
    """What is wrong with an event: unknown and missing fields, values of other types, a time without zone."""
    kind = _BY_SCHEMA.get(event.get("schemaURL"))
    if kind not in ("DatasetEvent", "JobEvent", "RunEvent"):
        return [f"schema {event.get('schemaURL')}"]
    found = list(_within(kind, event, kind))
    if datetime.fromisoformat(event["eventTime"]).tzinfo is None:
        found.append("eventTime has no zone")
    if kind == "RunEvent" and str(uuid.UUID(event["run"]["runId"])) != event["run"]["runId"]:
        found.append("runId is no UUID")
    return found


def _within(model: str, value: Any, place: str) -> Iterator[str]:
    fields = _MODELS[model]["fields"]
    yield from (f"{place}.{key}: unknown" for key in value.keys() - fields.keys())
    for key, field in fields.items():
        if key not in value:
            if field["required"] or key in _ADDRESSES:
                yield f"{place}.{key}: missing"
        elif key == "facets":
            for name, facet in value[key].items():
                its = _BY_SCHEMA.get(facet.get("_schemaURL"))
                kind = "JobFacet" if model == "Job" else "DatasetFacet"
                if its is None or not its.endswith(kind):
                    yield f"{place}.facets.{name}: {its} is no {kind}"
                else:
                    yield from _within(its, facet, f"{place}.{name}")
        else:
            yield from _value(field["type"], value[key], f"{place}.{key}")


def _value(type_: str, value: Any, place: str) -> Iterator[str]:
    """A value of a type as the models write it: ``list[InputField] | None``."""
    type_ = type_.removesuffix(" | None")
    if (outer := re.fullmatch(r"(list|dict)\[(?:str, )?(\w+)\]", type_)) is not None:
        if not isinstance(value, list if outer[1] == "list" else dict):
            yield f"{place}: {value!r}"
            return
        inside = value if outer[1] == "list" else value.values()
        for each in inside:
            yield from _value(outer[2], each, place)
    elif type_ in _MODELS:
        yield from _within(type_, value, place)
    elif type(value) is not _PLAIN.get(type_, str):
        yield f"{place}: {value!r}"


class OpenLineage:
    """``datasets`` are the facets by ``(namespace, name)``, ``jobs`` the newest events; ``told`` are all events."""

    def __init__(self, token: str = "", path: str = "/api/v1/lineage") -> None:
        self.token, self.path = token, path
        self.datasets: dict[tuple[str, str], dict[str, Any]] = {}
        self.jobs: dict[tuple[str, str], dict[str, Any]] = {}
        self.told: list[dict[str, Any]] = []

    def __call__(self, request: Request) -> tuple[int, Any]:
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"message": "Unauthorized"}
        if request.path != self.path:
            return 404, {"message": "no such place"}
        if request.method != "POST":
            return 405, {"message": "only POST"}
        event = request.json()
        if found := mistakes(event):
            return 422, {"message": f"{found}"}
        self.take(event)
        return 201, {}

    def take(self, event: dict[str, Any]) -> None:
        self.told.append(event)
        if "dataset" in event:
            self._note(event["dataset"])
        else:
            self.jobs[event["job"]["namespace"], event["job"]["name"]] = event
            for each in (*event["inputs"], *event["outputs"]):
                self._note(each)

    def _note(self, dataset: dict[str, Any]) -> None:
        key, facets = (dataset["namespace"], dataset["name"]), dataset["facets"]
        if facets.get("lifecycleStateChange", {}).get("lifecycleStateChange") == "DROP":
            self.datasets.pop(key, None)
            return
        known = self.datasets.setdefault(key, {}) | facets
        self.datasets[key] = {name: each for name, each in known.items() if not each.get("_deleted")}
