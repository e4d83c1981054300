"""Reads the facets of relations through the inspector, and notices what it leaves out.

The rows of a facet are ``(id, what the inspector told, losses)``: the losses are the warnings that something of this
relation could not be reflected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import exc
from sqlalchemy.engine.reflection import ObjectKind

from connectors.common.sql.inspector.driver import InspectorDriver, literal
from connectors.common.sql.slices import Listed
from specs.errors import HeadraceError, Skip

Row = tuple[Any, Any, tuple[str, ...]]
Read = Callable[[Sequence[Listed]], Iterator[Row]]
_TYPE = re.compile(r"""[Dd]id not recognize type ['"]?(?P<type>.+?)['"]? of column ['"]?(?P<column>.+?)['"]?$""")


class Reflection:
    """``schema`` gives a schema of ours as the dialect spells it."""

    def __init__(self, driver: InspectorDriver, schema: Callable[[str], str | None]) -> None:
        self.driver, self.schema = driver, schema

    def multi(self, name: str) -> Read:
        """A facet that the inspector reads for many relations at once."""

        def read(listed: Sequence[Listed]) -> Iterator[Row]:
            by_schema: dict[str, list[str]] = {}
            for each in listed:
                by_schema.setdefault(each.schema, []).append(each.name)
            for schema, names in by_schema.items():
                yield from self._read(name, schema, names)

        return read

    def _read(self, name: str, schema: str, names: list[str]) -> Iterator[Row]:
        found, warned = self.driver.reflect(
            f"get_multi_{name}", schema=self.schema(schema), filter_names=names, kind=ObjectKind.ANY
        )
        if warned and len(names) > 1:  # warnings name no relation, and what the inspector remembers warns no more
            for each in names:
                self.driver.forget()
                yield from self._read(name, schema, [each])
            return
        types, losses = _sorted(warned)
        for (_, relation), told in (found or {}).items():
            if name == "columns" and types:
                told = [{**column, "native": types.get(str(column["name"]), "")} for column in told]
            yield (schema, str(relation)), told, losses

    def columns(self, listed: Sequence[Listed]) -> Iterator[Row]:
        """The columns of each listed relation, which prove that it exists. A view that cannot be reflected exists all
        the same: a query on it finds out whether the view is broken or the dialect cannot reflect it.

        Raises ``LookupError`` for a view that the dialect lists and does not find, and the driver's errors.
        """
        missing = {each.id: each for each in listed}
        try:
            for row in self.multi("columns")(listed):
                missing.pop(row[0], None)
                yield row
        except HeadraceError:
            raise
        except Exception as error:
            if (
                len(listed) > 1
                or listed[0].data == "table"
                or self.driver.classify(error).reason not in ("error", "gone")
            ):
                raise
            yield self._unreflected(listed[0], self.driver.classify(error).what)
            return
        for each in missing.values():
            try:
                told, warned = self.driver.reflect("get_columns", each.name, schema=self.schema(each.schema))
                yield each.id, told, _sorted(warned)[1]
            except exc.NoSuchTableError as error:
                if each.data != "table" and self._select(each) is None:
                    raise LookupError("the dialect lists it, and then denies that it is there") from error
            except exc.UnreflectableTableError:
                if each.data == "table":
                    raise
                yield self._unreflected(each, "it refers to something that is not there")

    def _unreflected(self, view: Listed, why: str) -> Row:
        """A view that the database can read failed to be reflected; one that it cannot read is broken and says why."""
        said = self._select(view)
        if said is None:
            raise LookupError(f"it cannot be reflected: {why}")
        return view.id, said or why, ()

    def _select(self, view: Listed) -> str | None:
        """Why the database cannot read a view; ``None`` when it can."""
        inspector = self.driver.inspector()
        name = inspector.dialect.identifier_preparer.quote_identifier(view.name)
        schema = self.schema(view.schema)
        if schema is not None:
            name = f"{inspector.dialect.identifier_preparer.quote_schema(schema)}.{name}"
        try:
            self.driver.execute(literal(f"SELECT * FROM {name} WHERE 1 = 0"))
        except Exception as raw:  # drivers raise errors of their own past SQLAlchemy
            error = self.driver.classify(raw)
            if not isinstance(error, Skip):
                raise error from raw
            return error.what
        return None

    def definitions(self, listed: Sequence[Listed]) -> Iterator[Row]:
        """The texts of views, one by one. A dialect that denies views which it lists does not know their texts."""
        for each in listed:
            try:
                told, warned = self.driver.reflect("get_view_definition", each.name, schema=self.schema(each.schema))
            except exc.NoSuchTableError:
                told, warned = None, ["the dialect does not tell the texts of views"]
            yield each.id, told, _sorted(warned)[1]


def _sorted(warned: Sequence[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The native texts of types that SQLAlchemy does not know, by column, and the losses."""
    types = {found["column"]: found["type"] for each in warned if (found := _TYPE.search(each))}
    losses = dict.fromkeys(each for each in warned if not _TYPE.search(each))
    return types, tuple(losses)
