"""DataHub ingestion recipes, translated to recipes; settings without a counterpart are reported with their place.

A setting that would change which objects are crawled is refused with an error, never ignored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from scheduler.recipes.foreign.openmetadata import Place, Translated, expanded
from scheduler.recipes.urls import shorthand
from specs import registry
from specs.errors import UsageError, known_values
from specs.recipe.problems import Path, dotted

TYPES = {"postgres": "postgres", "mysql": "mysql", "mariadb": "mysql", "sqlalchemy": "sqlalchemy"}
CONFIG: Path = ("source", "config")
_OTHERS = frozenset({"serviceName", "serviceConnection", "sourceConfig"})
"""Keys below ``source`` of OpenMetadata workflows, which have no counterpart in DataHub's recipes."""
_CREDENTIALS = {"username": "username", "password": "password", "initial_database": "maintenance_database"}
_TLS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "ssl_ca", "ssl_cert", "ssl_key", "ssl_mode")
_SWITCHES = {
    "tables": "include_tables",
    "views": "include_views",
    "stored_procedures": "include_stored_procedures",
}
_ANY_SEGMENT = r"(?:\.\*|\.\+|\[\^\.\][*+])\\\."
"""Matches the part of a pattern on whole names that stands for any one name and its dot."""


def recognises(data: dict[str, Any]) -> bool:
    """Whether a document is an ingestion recipe of DataHub."""
    source = data.get("source")
    return isinstance(source, dict) and "service" not in data and "type" in source and not _OTHERS & source.keys()


def translate(data: dict[str, Any], place: Place, name: str | None = None) -> Translated:
    """The recipe's data. ``place`` finds a setting in the file; ``name`` overrides the service's name.

    Raises ``UsageError`` with the place in the file for an unsupported source type, and for a setting without
    counterpart that would change which objects are crawled.
    """
    return _Translation(data, place).translate(name)


class _Translation:
    def __init__(self, data: dict[str, Any], place: Place) -> None:
        self.data, self.place = data, place
        self.found = Translated({})
        self.used: set[Path] = {("source", "type")}

    def translate(self, name: str | None) -> Translated:
        type_ = self._type()
        metadata = self._metadata(tiers=2 if type_ == "mysql" else 3)
        connection, called = self._connection(type_)
        called = name or self.take("platform_instance") or called
        self.put("service", {"name": re.sub(r"\W+", "_", str(called)), "type": type_}, ("source",))
        self.put("connection", connection, CONFIG)
        self.put("extract", {"metadata": metadata, **self._parts()}, CONFIG)
        if self.take("stateful_ingestion", "enabled") is False or (
            self.take("stateful_ingestion", "remove_stale_metadata") is False
        ):
            self.put("deletion", {"enabled": False}, (*CONFIG, "stateful_ingestion"))
        self._tell_rest()
        return self.found

    def put(self, key: str, value: Any, origin: Path) -> None:
        self.found.data[key] = value
        self.found.origins[(key,)] = origin

    def take(self, *path: str) -> Any:
        """The value at a path below the source's config, noted as used; ``None`` when there is none."""
        whole = (*CONFIG, *path)
        self.used.add(whole)
        value: Any = self.data
        for step in whole:
            value = value.get(step) if isinstance(value, dict) else None
        return value

    def refuse(self, path: Path, why: str) -> UsageError:
        return UsageError(f"{self.place(path)}: {dotted(path)}: {why}", reason="recipe")

    def _type(self) -> str:
        given = str(self.data["source"]["type"]).lower()
        known = [name for name, ours in TYPES.items() if ours in registry.known()]
        if given not in known:
            raise known_values(f"{self.place(('source', 'type'))}: unsupported source type", given, known)
        return TYPES[given]

    # -- the connection -------------------------------------------------------------------------------------------
    def _connection(self, type_: str) -> tuple[dict[str, Any], str]:
        """``(settings, name)``: the connection's settings, and a name for the service."""
        uri = self.take("connect_uri" if type_ == "sqlalchemy" else "sqlalchemy_uri")
        if isinstance(uri, str) and uri:
            url = f"sqlalchemy+{expanded(uri)}" if type_ == "sqlalchemy" else expanded(uri)
            made = shorthand.translate(url)
            self.found.secrets.update(made.secrets)
            self.found.notices += made.notices
            return made.data["connection"], made.data["service"]["name"]
        fields = registry.load(type_).config_class().model_fields
        connection: dict[str, Any] = {}
        self._host_port(connection)
        for key, ours in {**_CREDENTIALS, "database": "database"}.items():
            value = self.take(key)
            if value not in (None, "") and ours in fields:
                connection[ours] = expanded(value)
                self.found.origins["connection", ours] = (*CONFIG, key)
        for key in _TLS:
            value = self.take("options", "connect_args", key)
            if value is not None and key in fields:
                connection[key] = expanded(value)
                self.found.origins["connection", key] = (*CONFIG, "options", "connect_args", key)
            elif value is not None:
                self.used.discard((*CONFIG, "options", "connect_args", key))
        port = connection.get("port")
        other = port if isinstance(port, int) and port != fields["port"].default else None
        url = urlsplit(f"{type_}://{connection.get('host', '')}/{connection.get('database', '')}")
        return connection, shorthand.service_name(url, type_, other)

    def _host_port(self, connection: dict[str, Any]) -> None:
        given = self.take("host_port")
        if not isinstance(given, str) or not given:
            return
        host, colon, port = expanded(given).rpartition(":") if not given.endswith("}") else (expanded(given), "", "")
        connection["host"] = (host if colon else host or port).strip("[]")
        if colon:
            connection["port"] = int(port) if port.isdigit() else port
        self.found.origins["connection", "host"] = self.found.origins["connection", "port"] = (*CONFIG, "host_port")

    # -- what to extract ------------------------------------------------------------------------------------------
    def _metadata(self, tiers: int) -> dict[str, Any]:
        metadata: dict[str, Any] = {}
        if str(self.take("auth_mode") or "password").lower() != "password":
            raise self.refuse((*CONFIG, "auth_mode"), "only passwords are supported")
        schemas = self._pattern("database_pattern") if tiers == 2 else None
        for kind, key, parts in (
            ("schemas", "schema_pattern", 1),
            ("databases", "" if tiers == 2 else "database_pattern", 1),
            ("tables", "table_pattern", tiers),
            ("views", "view_pattern", tiers),
            ("stored_procedures", "procedure_pattern", tiers),
        ):
            found = self._pattern(key, parts) if key else None
            if found:
                metadata[kind] = found
                self.found.origins["extract", "metadata", kind] = (*CONFIG, key)
        if schemas:
            metadata["schemas"] = schemas
        if self.take("database") or self.take("sqlalchemy_uri"):
            metadata.pop("databases", None)  # as in DataHub: a database that is named is crawled in any case
        if "tables" in metadata:  # as in DataHub: without a pattern of their own, views follow that of tables
            metadata.setdefault("views", metadata["tables"])
        for kind, key in _SWITCHES.items():
            if self.take(key) is False:
                metadata[kind] = False
        return metadata

    def _parts(self) -> dict[str, Any]:
        """Lineage of views and routines, as there unless it is switched off, and usage by the server's counters, where
        it is asked for."""
        views = self.take("include_view_lineage") is not False
        procedures = self.take("include_stored_procedures") is not False
        found: dict[str, Any] = {}
        if views or procedures:
            found["lineage"] = {"views": views, "procedures": procedures}
        if self.take("include_usage_statistics") is True:
            found["usage"] = True
            if self.take("usage_source") not in (None, "performance_schema"):
                self.used.discard((*CONFIG, "usage_source"))
        if self.data["source"]["config"].get("include_query_lineage") is False:
            self.used.add((*CONFIG, "include_query_lineage"))
        if self.data["source"]["config"].get("include_view_column_lineage") is True:
            self.used.add((*CONFIG, "include_view_column_lineage"))
        return found

    def _pattern(self, key: str, parts: int = 1) -> dict[str, Any] | None:
        """The filter rules for ``{allow: [...], deny: [...], ignoreCase: true}`` under ``key``, whose patterns match at
        the start of a name; ``None`` when there are none. Raises ``UsageError`` for another shape."""
        given = self.take(key)
        if given is None:
            return None
        path = (*CONFIG, key)
        if not isinstance(given, dict) or given.keys() - {"allow", "deny", "ignoreCase"}:
            raise self.refuse(path, "should have allow, deny and ignoreCase")
        case = "" if given.get("ignoreCase") is False else "(?i)"
        rules = {}
        for ours, theirs in (("include", "allow"), ("exclude", "deny")):
            patterns = given.get(theirs) or []
            if not isinstance(patterns, list):
                raise self.refuse((*path, theirs), "should be a list of patterns")
            own = [self._own(str(each), parts, (*path, theirs, at)) for at, each in enumerate(patterns)]
            rules[ours] = [] if theirs == "allow" and ".*" in own else [rf"{case}\A(?:{each})" for each in own]
        return rules if any(rules.values()) else None

    def _own(self, pattern: str, parts: int, path: Path) -> str:
        """A pattern on whole names (``database.schema.table``) as a pattern on the object's own name. Raises
        ``UsageError`` when it says more than that of the other names."""
        bare = pattern.removeprefix("^")
        if parts == 1 or bare in (".*", ".*$"):
            return ".*" if bare == ".*$" else bare
        found = re.fullmatch(f"(?:{_ANY_SEGMENT}){{{parts - 1}}}(.+)", bare)
        if found is None or r"\." in found[1]:
            whole = "database.schema.table" if parts == 3 else "database.table"
            any_ = r".*\." * (parts - 1)
            why = f"matches whole names ({whole}), filters here match names; write {any_}PATTERN for any of them,"
            raise self.refuse(path, f"{why} or schema_pattern and database_pattern")
        return found[1]

    # -- what is left ---------------------------------------------------------------------------------------------
    def _tell_rest(self) -> None:
        if "sink" in self.data:
            self.found.notices.append("sink: entities go into the catalog of this command; add sinks in a recipe")
        rest = [path for path in _leaves(self.data, ()) if path[0] != "sink" and not self._known(path)]
        if rest:
            told = ", ".join(f"{dotted(path)} ({self.place(path, key=True)})" for path in rest)
            self.found.notices.append(f"no counterpart, ignored: {told}")

    def _known(self, path: Path) -> bool:
        return any(path[:length] in self.used for length in range(len(path) + 1))


def _leaves(value: Any, path: Path) -> Iterable[Path]:
    """The paths of all values."""
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from _leaves(each, (*path, str(key)))
    elif value not in (None, "", [], {}):
        yield path
