"""The skeleton of a new connector: one folder that crawls at once, and its acceptance test."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template
from typing import Any

from specs.errors import UsageError

_INIT = '''"""The ${name} connector. In a recipe: ``type: "${name}.service_spec:spec"``."""
'''

_SPEC = '''"""Binds the parts of the ${name} connector."""

from headrace import DefaultDatabaseSpec

spec = DefaultDatabaseSpec(
    name="${name}",
    connection="${name}.connection:${Class}Connection",
    metadata_source_class="${name}.metadata:${Class}Source",
    schemes=("${name}",),
    driver="",  # the package that opens the connection, if it is not the standard library
    extra="",  # the optional dependency that installs it
    capabilities=frozenset({"views"}),
)
'''

_CONNECTION = '''"""How to reach ${name}."""

from __future__ import annotations

from typing import ClassVar, Self
from urllib.parse import SplitResult

from headrace import ConnectionConfig
from pydantic import Field, SecretStr


class ${Class}Connection(ConnectionConfig):
    """Every field is described; unknown keys are refused; secrets are ``SecretStr``."""

    schemes: ClassVar[tuple[str, ...]] = ("${name}",)

    host: str = Field(default="localhost", description="Host of the server.")
    password: SecretStr | None = Field(default=None, description="Password of the user.")

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        return cls(host=url.hostname or "localhost", password=SecretStr(url.password) if url.password else None)

    def endpoint(self) -> str:
        return self.host
'''

_METADATA = '''"""Reads ${name}: four methods, the rest is inherited. Replace ``ESTATE`` by what your server answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from headrace import (
    Column,
    DatabaseSource,
    DataType,
    Entity,
    Item,
    KeyRange,
    Presence,
    Produced,
    Scope,
    Table,
    TableType,
    identity,
)

from ${name}.connection import ${Class}Connection

ESTATE = {"main": {"sales": {"customers": ["id", "name"], "orders": ["id", "customer_id"]}, "empty": {}}}
"""Database, schema, table, columns."""


class ${Class}Source(DatabaseSource):
    """Producers yield what there is, ordered by key; ``listed`` filters names."""

    service_type = "${name}"
    config: ${Class}Connection

    def identity(self) -> str:
        return self.config.endpoint()

    def databases(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.listed("databases", "Database", scope, ESTATE, span)

    def schemas(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        return self.listed("schemas", "Schema", scope, ESTATE[scope.name], span)

    def tables(self, scope: Scope, span: KeyRange) -> Iterator[Produced]:
        database, schema = scope.path[1:]
        return self.listed("tables", "Table", scope, ESTATE[database][schema], span)

    def yield_table(self, item: Item, scope: Scope) -> Iterable[Entity]:
        _, database, schema, table = scope.path
        columns = tuple(
            Column(name=name, native_type="text", type=DataType.TEXT, ordinal=ordinal)
            for ordinal, name in enumerate(ESTATE[database][schema][table], start=1)
        )
        yield Table(**identity(scope), table_type=TableType.REGULAR, columns=columns)

    def exists(self, type_: str, scope: Scope, names: list[str]) -> dict[str, Presence]:
        below: object = ESTATE
        for part in scope.path[1:]:
            below = below.get(part, {}) if isinstance(below, dict) else {}
        return {name: "yes" if isinstance(below, dict) and name in below else "no" for name in names}
'''

_TEST = '''"""The ${name} connector under the acceptance suite."""

import pytest
from headrace import ConnectorSuite

from ${name}.connection import ${Class}Connection
from ${name}.service_spec import spec as connector


class Test${Class}(ConnectorSuite):
    spec = connector

    @pytest.fixture(scope="class")
    @classmethod
    def config(cls) -> ${Class}Connection:
        return ${Class}Connection()
'''

_RECIPE = """service: {name: my_${name}, type: "${name}.service_spec:spec"}
connection: {host: localhost}
"""

FILES = {
    "${name}/__init__.py": _INIT,
    "${name}/service_spec.py": _SPEC,
    "${name}/connection.py": _CONNECTION,
    "${name}/metadata.py": _METADATA,
    "test_${name}_connector.py": _TEST,
    "${name}.yml": _RECIPE,
}
"""Path and content, as templates of ``name`` and ``Class``."""


@dataclass(frozen=True, slots=True)
class Scaffold:
    """What was written. ``type`` is how recipes call the connector."""

    name: str
    type: str
    files: list[str]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def scaffold(name: str, folder: Path) -> Scaffold:
    """Write the skeleton of connector ``name`` into ``folder``.

    Raises ``UsageError`` before anything is overwritten.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise UsageError(f"{name!r} is no name for a connector", remedy="use small letters, digits and _")
    words = {"name": name, "Class": "".join(word.capitalize() for word in name.split("_"))}
    files = {
        folder / Template(path).substitute(words): Template(text).substitute(words) for path, text in FILES.items()
    }
    taken = [path for path in files if path.exists()]
    if taken:
        raise UsageError("the file exists already", str(taken[0]), "choose another name or folder")
    try:
        for path, text in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write the skeleton: {error.strerror}", str(folder)) from None
    return Scaffold(name, f"{name}.service_spec:spec", [str(path) for path in files])
