"""OpenMetadata workflow files, translated to recipes; settings without a counterpart are reported, never ignored in
silence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from scheduler.recipes.foreign.openmetadata_parts import lineage_of, usage_of
from specs import registry
from specs.errors import UsageError, known_values
from specs.recipe.problems import Path, dotted

TYPES = {"postgres": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlite": "sqlite", "duckdb": "duckdb"}
CONNECTION: Path = ("source", "serviceConnection", "config")
OPTIONS: Path = ("source", "sourceConfig", "config")
_HARMLESS = re.compile(
    r"supports\w+|type|scheme|classificationName|queryStatementSource|policyAgentConfig|stageFileLocation"
)
_LOG = "query-log"
"""The type of a source whose query log is a file; the connection has the product."""
_PURPOSES = {"DatabaseMetadata": "metadata", "DatabaseLineage": "lineage", "DatabaseUsage": "usage"}
"""What workflows are for. The type of a source ends with that, too: ``postgres-usage``."""
_USAGE_STEPS = frozenset({"processor", "stage", "bulkSink"})
_FILTERS = {
    "databases": "databaseFilterPattern",
    "schemas": "schemaFilterPattern",
    "tables": "tableFilterPattern",
    "stored_procedures": "storedProcedureFilterPattern",
}
_SWITCHES = {"tables": "includeTables", "views": "includeViews", "stored_procedures": "includeStoredProcedures"}
_SETTINGS = (
    ("username", ("username", "user")),
    ("password", ("password",)),
    ("database", ("database",)),
    ("databaseMode", ("path", "file", "database")),
    ("sslMode", ("sslmode",)),
    ("sslCA", ("ssl_ca", "sslrootcert", "ca")),
    ("sslCert", ("ssl_cert", "sslcert", "cert")),
    ("sslKey", ("ssl_key", "sslkey", "key")),
)


class Place(Protocol):
    """Returns the place of the value at a path, or of its key: ``flow.yml:3:9`` (file, line, column)."""

    def __call__(self, path: Path, *, key: bool = False) -> str: ...


@dataclass(slots=True)
class Translated:
    """A recipe's data. ``origins`` maps its paths to those of the other tool's file, for error messages; ``secrets``
    are passwords by prompt name; ``notices`` are lines for people."""

    data: dict[str, Any]
    origins: dict[Path, Path] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)


def recognises(data: dict[str, Any]) -> bool:
    """Whether a document is a workflow rather than a recipe."""
    return isinstance(data.get("source"), dict) and "service" not in data


def translate(data: dict[str, Any], place: Place) -> Translated:
    """The recipe's data. ``place`` finds a setting in the file.

    Raises ``UsageError`` with the place in the file for an unsupported source type or workflow, and for a setting
    without counterpart that would change which objects are crawled.
    """
    return _Translation(data, place).translate()


class _Translation:
    def __init__(self, data: dict[str, Any], place: Place) -> None:
        self.data, self.place = data, place
        self.found = Translated({})
        self.used: set[Path] = set()

    def translate(self) -> Translated:
        type_ = self._type()
        purpose = self._purpose()
        name = self.take(("source", "serviceName"))
        metadata = self._metadata()
        connection = self._connection(type_, metadata)
        self.put(("service",), {"name": name, "type": type_}, ("source",))
        self.found.origins["service", "name"] = ("source", "serviceName")
        self.put(("connection",), connection, CONNECTION)
        more = {"lineage": lambda: lineage_of(self, self.found.notices.append), "usage": lambda: usage_of(self)}
        self.put(("extract",), {"metadata": metadata} | (more[purpose]() if purpose in more else {}), OPTIONS)
        threads = self.take((*OPTIONS, "threads"))
        if isinstance(threads, int) and threads > 1:
            self.put(("limits",), {"connections": threads}, OPTIONS)
        if self.take((*OPTIONS, "markDeletedTables")) is False:
            self.put(("deletion",), {"enabled": False}, OPTIONS)
        self._tell_rest()
        return self.found

    def put(self, path: Path, value: Any, origin: Path) -> None:
        self.found.data[str(path[0])] = value
        self.found.origins[path] = origin

    def take(self, path: Path) -> Any:
        """The value at ``path``, noted as used; ``None`` when there is none."""
        self.used.add(path)
        value: Any = self.data
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    def option(self, name: str) -> Any:
        return self.take((*OPTIONS, name))

    def option_place(self, name: str) -> str:
        return self.place((*OPTIONS, name))

    def _source(self) -> tuple[str, str]:
        """The product, and what the workflow reads of it: ``("postgres", "lineage")``."""
        given = str(self.take(("source", "type")) or "").lower()
        product, _, purpose = given.rpartition("-")
        if purpose not in _PURPOSES.values():
            product, purpose = given, "metadata"
        if product == _LOG:
            product = str(self.take((*CONNECTION, "type")) or "").lower()
        return product, purpose

    def _type(self) -> str:
        given, _ = self._source()
        known = [name for name, ours in TYPES.items() if ours in registry.known()]
        if given not in known:
            raise known_values(f"{self.place(('source', 'type'))}: unsupported source type", given, known)
        return TYPES[given]

    def _purpose(self) -> str:
        """What the workflow is for: metadata, lineage or usage. Raises ``UsageError`` for every other kind."""
        purpose = self.take((*OPTIONS, "type"))
        if purpose not in (None, *_PURPOSES):
            place = self.place((*OPTIONS, "type"))
            what = f"{place}: {purpose} workflows are not available yet"
            raise UsageError(
                f"{what}: this one would crawl metadata, and not what it is for", remedy="run the metadata one"
            )
        _, read = self._source()
        found = _PURPOSES.get(purpose or "DatabaseMetadata", "metadata") if read == "metadata" else read
        if "processor" in self.data and found != "usage":
            place = self.place(("processor",), key=True)
            raise UsageError(
                f"{place}: workflows with a processor are not available yet", remedy="run the metadata one"
            )
        return found

    # -- what to extract ------------------------------------------------------------------------------------------
    def _metadata(self) -> dict[str, Any]:
        if self.take((*OPTIONS, "useFqnForFiltering")):
            place = self.place((*OPTIONS, "useFqnForFiltering"))
            raise UsageError(
                f"{place}: filters on full names are not supported; filter databases, schemas and tables apart"
            )
        metadata: dict[str, Any] = {}
        for kind, key in _FILTERS.items():
            default = self.take((*CONNECTION, key))
            chosen = self.take((*OPTIONS, key)) or default
            if isinstance(chosen, dict):
                metadata[kind] = _filter(chosen)
        if "tables" in metadata:
            metadata["views"] = metadata["tables"]
        for kind, key in _SWITCHES.items():
            if self.take((*OPTIONS, key)) is False:
                metadata[kind] = False
        return metadata

    # -- the connection -------------------------------------------------------------------------------------------
    def _connection(self, type_: str, metadata: dict[str, Any]) -> dict[str, Any]:
        fields = registry.load(type_).config_class().model_fields
        connection: dict[str, Any] = {}
        self._host_port(connection)
        self._auth(connection)
        for key, names in _SETTINGS:
            ours = next((name for name in names if name in fields), None)
            value = self.take((*CONNECTION, key)) if ours else None
            if ours and value not in (None, ""):
                connection[ours] = expanded(value)
                self.found.origins["connection", ours] = (*CONNECTION, key)
        if self.take((*CONNECTION, "ingestAllDatabases")) is True:
            connection.pop("database", None)
        schema = self.take((*CONNECTION, "databaseSchema"))
        if isinstance(schema, str) and schema and type_ == "mysql":
            connection["database"] = schema
        elif isinstance(schema, str) and schema:
            metadata.setdefault("schemas", {"include": [f"^{re.escape(schema)}$"]})
        return connection

    def _host_port(self, connection: dict[str, Any]) -> None:
        given = self.take((*CONNECTION, "hostPort"))
        if not isinstance(given, str) or not given:
            return
        host, colon, port = given.rpartition(":")
        connection["host"] = (host if colon else given).strip("[]")
        if colon:
            connection["port"] = int(port) if port.isdigit() else port
        self.found.origins["connection", "host"] = self.found.origins["connection", "port"] = (*CONNECTION, "hostPort")

    def _auth(self, connection: dict[str, Any]) -> None:
        auth = self.take((*CONNECTION, "authType"))
        if not isinstance(auth, dict):
            return
        unknown = sorted(set(auth) - {"password"})
        if unknown:
            place = self.place((*CONNECTION, "authType"))
            raise UsageError(f"{place}: authType.{unknown[0]} is not supported; use authType.password")
        if auth.get("password"):
            connection["password"] = expanded(auth["password"])

    # -- what is left ---------------------------------------------------------------------------------------------
    def _tell_rest(self) -> None:
        rest = [dotted(path) for path in _leaves(self.data, (), self.used)]
        if any(path.startswith("sink.") for path in rest):
            self.found.notices.append("sink: entities go into the catalog of this command; add sinks in a recipe")
        if any(path.startswith("workflowConfig.") for path in rest):
            self.found.notices.append("workflowConfig: not used; exit codes and logs are those of this command")
        told = ("sink.", "workflowConfig.", *(f"{step}." for step in _USAGE_STEPS))
        others = [path for path in rest if not path.startswith(told)]
        if others:
            self.found.notices.append(f"no counterpart, ignored: {', '.join(others)}")


def _leaves(value: Any, path: Path, used: set[Path]) -> Iterable[Path]:
    """The paths of all values that the translation did not use, but for those that make no difference."""
    if path in used:
        return
    if isinstance(value, dict):
        for key, each in value.items():
            if not (path in (CONNECTION, OPTIONS) and _HARMLESS.fullmatch(str(key))):
                yield from _leaves(each, (*path, str(key)), used)
    elif value not in (None, "", []):
        yield path


def _filter(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "include": [_pattern(each) for each in given.get("includes") or []],
        "exclude": [_pattern(each) for each in given.get("excludes") or []],
    }


def _pattern(given: Any) -> Any:
    """A pattern of OpenMetadata, which matches at the start of a name and ignores case, as a pattern of ours."""
    return rf"(?i)\A(?:{given})" if isinstance(given, str) else given


def expanded(value: Any) -> Any:
    """Text with ``${env:NAME}`` in place of ``${NAME}``, which is how other tools refer to the environment."""
    return re.sub(r"\$\{(\w+)\}", r"${env:\1}", value) if isinstance(value, str) else value
