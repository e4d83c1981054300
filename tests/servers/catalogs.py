"""Receivers that behave like OpenMetadata and DataHub, for their documented requests: they check the shape of each
request, refuse references to objects that do not exist, and keep the objects that they accepted."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.servers.receiver import Request

_NAME = re.compile(r"^((?!::)[^>\"\n])*$")
_COMMON = {"name", "displayName", "description"}
_REQUESTS: dict[str, tuple[str | None, set[str], set[str]]] = {
    "services/databaseServices": (None, {"name", "serviceType"}, set()),
    "databases": ("service", {"name", "service"}, set()),
    "databaseSchemas": ("database", {"name", "database"}, set()),
    "tables": (
        "databaseSchema", {"name", "columns", "databaseSchema"},
        {"tableType", "tableConstraints", "tablePartition", "schemaDefinition", "locationPath"},
    ),
    "storedProcedures": ("databaseSchema", {"name", "storedProcedureCode"}, {"databaseSchema"}),
}  # fmt: skip
"""By path: the field that names the container, the required fields, the optional fields."""
_ABOVE = {"databases": "services/databaseServices", "databaseSchemas": "databases", "tables": "databaseSchemas",
          "storedProcedures": "databaseSchemas"}  # fmt: skip


class OpenMetadata:
    """``entities`` are the accepted requests by ``(path, FQN)``; ``deleted`` are the keys of deleted ones."""

    def __init__(self, token: str = "") -> None:
        self.token = token
        self.entities: dict[tuple[str, str], dict[str, Any]] = {}
        self.deleted: set[tuple[str, str]] = set()
        self.edges: dict[tuple[str, str], dict[str, Any]] = {}
        """The details of edges, by the ids of their ends."""
        self.usage: dict[tuple[str, str], int] = {}
        """The counts of tables and of what they lie in, by FQN and day."""
        self.versions = 0
        """How many requests changed an object; the real product makes a new version for each."""

    def __call__(self, request: Request) -> tuple[int, Any]:
        url = urlsplit(request.path)
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"message": "Token not valid"}
        if not url.path.startswith("/api/v1/"):
            return 404, {"message": "HTTP 404 Not Found"}
        path = url.path.removeprefix("/api/v1/")
        if path == "system/version":
            return 200, {"version": "1.12.0", "revision": "x", "timestamp": 0}
        if request.method == "PUT" and path in _REQUESTS:
            return self._put(path, request.json())
        if path.startswith("lineage"):
            return self._lineage(request.method, path.removeprefix("lineage").strip("/"), request)
        kind, _, name = path.partition("/name/")
        if kind == "usage/table":
            return self._usage(request, unquote(name), parse_qs(url.query))
        if request.method == "GET" and kind in _REQUESTS:
            found = (kind, unquote(name))
            return (200, {"id": identity(*found)}) if self._has(found) else (404, {"message": f"{name} not found"})
        if request.method == "DELETE" and kind in _REQUESTS:
            return self._delete(kind, unquote(name), parse_qs(url.query))
        return 405, {"message": "HTTP 405 Method Not Allowed"}

    def _put(self, path: str, made: dict[str, Any]) -> tuple[int, Any]:
        above, required, optional = _REQUESTS[path]
        unknown = made.keys() - required - optional - _COMMON
        if unknown or not required <= made.keys():
            return 400, {"message": f"unknown {sorted(unknown)}, missing {sorted(required - made.keys())}"}
        if not _NAME.match(made["name"]) or not 0 < len(made["name"]) <= 256:
            return 400, {"message": f"[query param name must match] {made['name']}"}
        fqn = _quote(made["name"])
        if above is not None:
            if (_ABOVE[path], made[above]) not in self.entities or (_ABOVE[path], made[above]) in self.deleted:
                return 404, {"message": f"{above} instance for {made[above]} not found"}
            fqn = f"{made[above]}.{fqn}"
        parts = made.get("tablePartition", {"columns": []})
        if parts.keys() != {"columns"} or not all(isinstance(each, dict) for each in parts["columns"]):
            return 400, {"message": f"tablePartition {parts}"}
        wrong = self._columns(made.get("columns", [])) or self._keys(made.get("tableConstraints", []))
        if wrong:
            return wrong
        if self.entities.get((path, fqn)) != made or (path, fqn) in self.deleted:
            self.versions += 1
        self.entities[path, fqn] = made
        if (path, fqn) in self.deleted:  # OpenMetadata restores all its contents too, whenever they were deleted
            self.deleted = {key for key in self.deleted if key != (path, fqn) and not key[1].startswith(f"{fqn}.")}
        return 200, {"fullyQualifiedName": fqn}

    def _columns(self, columns: list[dict[str, Any]]) -> tuple[int, Any] | None:
        for column in columns:
            if not _NAME.match(column["name"]) or column["dataType"] != column["dataType"].upper():
                return 400, {"message": f"column {column}"}
            if column["dataType"] in ("CHAR", "VARCHAR", "BINARY", "VARBINARY") and "dataLength" not in column:
                return 400, {"message": "For column data types char, varchar, binary, varbinary dataLength is required"}
            if column["dataType"] == "ARRAY" and "arrayDataType" not in column:
                return 400, {"message": "For column data type array, arrayDataType is required"}
            if wrong := self._columns(column.get("children", [])):
                return wrong
        return None

    def _keys(self, constraints: list[dict[str, Any]]) -> tuple[int, Any] | None:
        for each in constraints:
            for column in each.get("referredColumns", []):
                table = re.sub(r'\.("[^"]*"|[^."]*)$', "", column)
                if ("tables", table) not in self.entities:
                    return 404, {"message": f"table instance for {table} not found"}
        return None

    def _delete(self, path: str, fqn: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if query.get("hardDelete") != ["false"]:
            return 400, {"message": "this receiver wants soft deletions"}
        if (path, fqn) not in self.entities or (path, fqn) in self.deleted:
            return 404, {"message": f"{path} instance for {fqn} not found"}
        below = [key for key in self.entities if key[1].startswith(f"{fqn}.") and key not in self.deleted]
        if below and query.get("recursive") != ["true"]:
            return 400, {"message": f"{path} is not empty"}
        self.deleted.update(below, [(path, fqn)])
        self.versions += 1
        return 200, {}

    def _has(self, key: tuple[str, str]) -> bool:
        return key in self.entities and key not in self.deleted

    def _lineage(self, method: str, path: str, request: Request) -> tuple[int, Any]:
        named = {identity(*key): key for key in self.entities}
        if method == "PUT" and not path:
            (edge,) = request.json().values()
            if edge.keys() != {"fromEntity", "toEntity", "lineageDetails"}:
                return 400, {"message": f"edge {sorted(edge)}"}
            ends = [edge["fromEntity"], edge["toEntity"], edge["lineageDetails"].get("pipeline")]
            for end in filter(None, ends):
                if not self._has(named.get(end["id"], ("", ""))) or _ENTITIES[end["type"]] != named[end["id"]][0]:
                    return 404, {"message": f"{end['type']} instance for {end['id']} not found"}
            for flow in edge["lineageDetails"]["columnsLineage"]:
                for column in (*flow["fromColumns"], flow["toColumn"]):
                    if column not in self._column_fqns():
                        return 400, {"message": f"Invalid column FQN {column}"}
            ids = (edge["fromEntity"]["id"], edge["toEntity"]["id"])
            self.versions += self.edges.get(ids) != edge["lineageDetails"]
            self.edges[ids] = edge["lineageDetails"]
            return 200, {}
        kind, _, name = path.partition("/name/")
        if method == "GET" and kind in _ENTITIES:
            key = (_ENTITIES[kind], unquote(name))
            if not self._has(key):
                return 404, {"message": f"{kind} instance for {name} not found"}
            own = identity(*key)
            up = {ids: details for ids, details in self.edges.items() if ids[1] == own}
            types = {path: entity for entity, path in _ENTITIES.items()}
            return 200, {
                "entity": {"id": own, "type": kind}, "downstreamEdges": [],
                "nodes": [
                    {"id": start, "type": types[named[start][0]], "fullyQualifiedName": named[start][1]}
                    for start, _ in up
                ],
                "upstreamEdges": [
                    {"fromEntity": ids[0], "toEntity": own, "lineageDetails": {**details, "updatedAt": 1}}
                    for ids, details in up.items()
                ],
            }  # fmt: skip
        parts = path.split("/")
        if method == "DELETE" and len(parts) == 4 and {parts[0], parts[2]} <= _ENTITIES.keys():
            self.versions += 1
            found = self.edges.pop((parts[1], parts[3]), None)
            return (200, {}) if found is not None else (404, {"message": "Lineage edge not found"})
        return 405, {"message": "HTTP 405 Method Not Allowed"}

    def _usage(self, request: Request, fqn: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        if not self._has(("tables", fqn)):
            return 404, {"message": f"table instance for {fqn} not found"}
        if request.method == "GET":
            (day,) = query["date"]
            stored = self.usage.get((fqn, day))
            told = [] if stored is None else [{"date": day, "dailyStats": {"count": stored, "percentileRank": 0.0}}]
            return 200, {"entity": {"id": identity("tables", fqn), "type": "table"}, "usage": told}
        sent = request.json()
        if sent.keys() != {"date", "count"} or sent["count"] < 0 or request.method not in ("PUT", "POST"):
            return 400, {"message": f"usage {sent}"}
        day, schema = sent["date"], self.entities["tables", fqn]["databaseSchema"]
        before = self.usage.get((fqn, day), 0) if request.method == "PUT" else 0
        self.usage[fqn, day] = before + sent["count"]
        self.usage[schema, day] = self.usage.get((schema, day), 0) + sent["count"]
        self.versions += 1
        return 201, {}

    def _column_fqns(self) -> set[str]:
        return {
            f"{fqn}.{_quote(column['name'])}" for fqn, made in self.live("tables").items() for column in made["columns"]
        }

    def lineage(self) -> dict[tuple[str, str], dict[str, Any]]:
        """The details of edges, by the FQNs of their ends."""
        named = {identity(*key): key[1] for key in self.entities}
        return {(named[start], named[end]): details for (start, end), details in self.edges.items()}

    def live(self, path: str) -> dict[str, dict[str, Any]]:
        return {
            fqn: made for (kind, fqn), made in self.entities.items() if kind == path and (kind, fqn) not in self.deleted
        }


_ENTITIES = {"table": "tables", "storedProcedure": "storedProcedures"}


def identity(path: str, fqn: str) -> str:
    """The id that an object has as long as it lives."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{path}/{fqn}"))


def _quote(name: str) -> str:
    return f'"{name}"' if "." in name else name


_ASPECTS: dict[str, set[str]] = {
    "datasetProperties": {"name", "qualifiedName", "description", "customProperties", "tags"},
    "schemaMetadata": {"schemaName", "platform", "version", "hash", "platformSchema", "fields"},
    "viewProperties": {"materialized", "viewLogic", "viewLanguage"},
    "containerProperties": {"name", "env", "customProperties"},
    "browsePathsV2": {"path"}, "subTypes": {"typeNames"}, "dataPlatformInstance": {"platform"},
    "datasetUsageStatistics": {"timestampMillis", "partitionSpec"},
    "container": {"container"}, "status": {"removed"}, "upstreamLineage": {"upstreams", "fineGrainedLineages"},
}  # fmt: skip
"""The required fields by aspect."""
_DATASET = r"urn:li:dataset:\(urn:li:dataPlatform:[a-z]+,[^(),]+,[A-Z]+\)"
_FIELD = re.compile(rf"urn:li:schemaField:\({_DATASET},[^(),]+\)", re.DOTALL)
_URN = re.compile(r"urn:li:(container:[0-9a-f]{32}|dataset:\(urn:li:dataPlatform:[a-z]+,[^(),]+,[A-Z]+\))", re.DOTALL)


def _wrong_lineage(value: dict[str, Any]) -> str:
    """What the schema of ``upstreamLineage`` does not allow."""
    for each in value["upstreams"]:
        if not re.fullmatch(_DATASET, each["dataset"]) or each["type"] not in ("COPY", "TRANSFORMED", "VIEW"):
            return f"upstream {each}"
        if each["auditStamp"].keys() != {"time", "actor"}:
            return f"stamp {each}"
    for each in value["fineGrainedLineages"]:
        if not all(map(_FIELD.fullmatch, (*each["upstreams"], *each["downstreams"]))) or not each["upstreams"]:
            return f"fields {each}"
        if (each["upstreamType"], each["downstreamType"]) != ("FIELD_SET", "FIELD"):
            return f"types {each}"
    return ""


class DataHub:
    """``aspects`` are the accepted aspects by ``(URN, name)``."""

    def __init__(self, token: str = "") -> None:
        self.token = token
        self.aspects: dict[tuple[str, str], dict[str, Any]] = {}
        self.usage: dict[tuple[str, int], dict[str, Any]] = {}
        """Usage by URN and time: an aspect with a time replaces the one of the same time only."""
        self.versions = 0

    def __call__(self, request: Request) -> tuple[int, Any]:
        if request.method == "GET" and request.path == "/config":
            return 200, {"noCode": "true"}
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"message": "Unauthorized"}
        if (request.method, request.path) != ("POST", "/aspects?action=ingestProposalBatch"):
            return 404, {"message": "no such place"}
        if request.headers.get("X-RestLi-Protocol-Version") != "2.0.0":
            return 400, {"message": "Rest.li protocol version"}
        body = request.json()
        if body.keys() != {"proposals", "async"} or body["async"] != "false" or len(body["proposals"]) > 200:
            return 400, {"message": "the batch has a wrong shape"}
        made, used = {}, {}
        for each in body["proposals"]:
            value, name = json.loads(each["aspect"]["value"]), each["aspectName"]
            if each["changeType"] != "UPSERT" or each["aspect"]["contentType"] != "application/json":
                return 422, {"message": f"{each}"}
            if not _URN.fullmatch(each["entityUrn"]) or each["entityType"] not in each["entityUrn"]:
                return 422, {"message": f"URN {each['entityUrn']}"}
            if not _ASPECTS[name] <= value.keys():
                return 422, {"message": f"{name} misses {_ASPECTS[name] - value.keys()}"}
            if name == "upstreamLineage" and (wrong := _wrong_lineage(value)):
                return 422, {"message": wrong}
            if name == "datasetUsageStatistics":
                used[each["entityUrn"], value["timestampMillis"]] = value
            else:
                made[each["entityUrn"], name] = value
        self.versions += any(self.aspects.get(key) != value for key, value in made.items())
        self.aspects |= made
        self.usage |= used
        return 200, {"value": "ok"}

    def live(self) -> dict[str, dict[str, dict[str, Any]]]:
        """The aspects of all datasets that are not removed, by URN and name."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for (urn, name), value in self.aspects.items():
            if urn.startswith("urn:li:dataset") and not self.aspects.get((urn, "status"), {}).get("removed"):
                found.setdefault(urn, {})[name] = value
        return found
