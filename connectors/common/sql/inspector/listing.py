"""The listing through the inspector: schemas, and the relations and sequences in them, each with the filter rule that
drops it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from connectors.common.sql.inspector.dialects.catalogs import DialectCatalog
from connectors.common.sql.inspector.dialects.schemas import inner_table, ours, system_schema, theirs
from connectors.common.sql.inspector.driver import InspectorDriver
from connectors.common.sql.slices import Listed
from specs.config import MetadataExtract

KINDS = (
    ("table", "get_table_names"),
    ("view", "get_view_names"),
    ("materialized_view", "get_materialized_view_names"),
)
"""The kinds of relations, and the method of the inspector that lists each."""
_WIDTH = 20
"""Assumed columns of a relation."""


class InspectorListing:
    """Lists the one database that ``driver`` is in; ``catalog`` tells what lists in place of the inspector, if anything
    does."""

    def __init__(
        self, driver: InspectorDriver, extract: MetadataExtract, catalog: Callable[[], DialectCatalog | None]
    ) -> None:
        self.driver, self.extract, self.catalog = driver, extract, catalog

    @property
    def dialect(self) -> str:
        return self.driver.inspector().dialect.name

    @property
    def database(self) -> str:
        """As configured, or as the URL calls it; the stem of a file."""
        return self.driver.config.database_name() or self._in_url or "default"

    @property
    def _in_url(self) -> str:
        """The database as the source itself calls it."""
        url = self.driver.url
        return (Path(url.database).stem if url.host is None and url.database else url.database) or ""

    @property
    def _default(self) -> str:
        return self.driver.inspector().default_schema_name or "default"

    # -- schemas --------------------------------------------------------------------------------------------------
    def schemas(self) -> list[str]:
        """Our names of the schemas; those of the system only where they are asked for."""
        found = self.driver.call("get_schema_names")
        names = ours(self.dialect, map(str, found), self._in_url) if found else [self._default]
        return [name for name in names if self.extract.system_schemas or not system_schema(self.dialect, name)]

    def spelled(self, schema: str) -> str | None:
        """A schema of ours as the inspector wants it; dialects without schemas want ``None``.

        So does SQLite, for ``main``: with a schema it asks for tables that drivers other than Python's do not have.
        """
        inspector = self.driver.inspector()
        if inspector.dialect.name == "sqlite" and schema == self._default:
            return None
        if inspector.default_schema_name is None and schema == "default":
            return None
        return theirs(inspector.dialect.name, schema, self._in_url)

    def home(self, schema: str | None) -> str:
        """Our name of the schema that a foreign key leads to; ``None`` where it names none."""
        return self._default if schema is None else next(iter(ours(self.dialect, [schema], self._in_url)), schema)

    # -- what lies in them ----------------------------------------------------------------------------------------
    def relations(self, schema: str) -> list[Listed]:
        """Every name as often as a listing has it. Dialects list views among the tables, too: a name in several
        listings is one relation, of the kind of the last one."""
        found: dict[str, list[Listed]] = {}
        for kind, names in self._by_kind(schema):
            listed: dict[str, list[Listed]] = {}
            for name in names:
                if inner_table(self.dialect, name) and not self.extract.system_schemas:
                    continue
                rule = self.extract.rule("tables" if kind == "table" else "views", name)
                each = Listed(schema, name, name, (schema, name), rule, _WIDTH, kind)
                listed.setdefault(name, []).append(each)
            found |= listed
        return [each for same in found.values() for each in same]

    def _by_kind(self, schema: str) -> Iterator[tuple[str, list[str]]]:
        """The names of each kind of relation."""
        catalog = self.catalog()
        own = catalog.relations(schema) if catalog else None
        for kind, method in KINDS:
            if own is not None:
                yield kind, [name for each, name in own if each == kind]
            else:
                yield kind, list(map(str, self.driver.call(method, schema=self.spelled(schema)) or ()))

    def sequences(self, schema: str) -> list[Listed]:
        names = self.driver.call("get_sequence_names", schema=self.spelled(schema)) or ()
        return [Listed(schema, name, name, (schema, name)) for name in map(str, names)]
