"""Builds columns; those that are like another table's are made once."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from connectors.postgres.build.options import options
from connectors.postgres.build.types import ColumnType, Types
from specs.entities.database.tables import Column

SHARED = 4096
"""Columns kept to be shared between tables."""
_IDENTITY = {"a": "always", "d": "by_default"}
_GENERATED = {"s": "stored", "v": "virtual"}
_STORAGE = {"p": "plain", "m": "main", "e": "external", "x": "extended"}
_COMPRESSION = {"p": "pglz", "l": "lz4"}
_NOT_NULL = 4
"""Where a key says that the column takes no nulls."""

_MORE = 6
"""Where a row of the facet has what few columns have."""

Key = tuple[Any, ...]
"""What makes a column: number, name, type, its modifier, whether it takes no nulls, and what few columns have
(``_column``'s ``more``) or none; perhaps a comment."""


class Columns:
    """Builds the columns of one database's tables."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self._known: dict[Key, Column] = {}

    def build(
        self, rows: list[tuple[Any, ...]], comments: Mapping[int, str], unchecked: Collection[int]
    ) -> tuple[Column, ...]:
        """The columns of a table. The last value of a row is its grants, which are the table's.
        ``unchecked``: numbers of those that may hold nulls from before they were refused.

        Most columns are like another table's (``id bigint not null``) and immutable: they are shared.
        """
        known = self._known
        if len(known) > SHARED:
            known.clear()
        keys = [row[1:7] if row[_MORE] is None else (*row[1:6], tuple(row[_MORE])) for row in rows]
        if unchecked:
            keys = [(*key[:_NOT_NULL], False, *key[_NOT_NULL + 1 :]) if key[0] in unchecked else key for key in keys]
        if comments:
            keys = [(*key, comments[key[0]]) if key[0] in comments else key for key in keys]
        try:
            return tuple([known[key] for key in keys])
        except KeyError:
            return tuple([known.get(key) or self._remembered(key) for key in keys])

    def _remembered(self, key: Key) -> Column:
        column = self._known[key] = self._column(*key)
        return column

    def _column(
        self,
        number: int,
        name: str,
        type_: int,
        typmod: int,
        not_null: bool,
        more: tuple[str, str, str | None, str | None, str | None] | None,
        comment: str | None = None,
    ) -> Column:
        known = self.types.get((type_, typmod))
        fields = dict(known.fields)
        if not_null:
            fields["nullable"] = False
        if more is not None:
            fields |= self._more(known, *more)
        if comment is not None:
            fields["comment"] = comment
        return Column(name=name, ordinal=number, **fields)

    @staticmethod
    def _more(
        known: ColumnType,
        identity: str,
        generated: str,
        collation: str | None,
        default: str | None,
        details: str | None,
    ) -> dict[str, Any]:
        """The fields that few columns have."""
        fields: dict[str, Any] = {}
        if identity in _IDENTITY:
            fields["identity"] = _IDENTITY[identity]
        if generated in _GENERATED:
            fields["generated"], fields["generated_kind"] = default, _GENERATED[generated]
        elif default is not None:
            fields["default"] = default
        if collation is not None and collation != known.collation:
            fields["collation"] = collation
        if details is not None:
            fields |= _details(details, known.storage)
        return fields


def _details(text: str, usual: str | None) -> dict[str, Any]:
    """What few columns have; ``usual`` is how the type's values are kept."""
    storage, target, settings, foreign, *rest = json.loads(text)
    fields: dict[str, Any] = {}
    if usual is not None and storage != usual:
        fields["storage"] = _STORAGE.get(storage, storage)
    if target is not None and target >= 0:
        fields["statistics_target"] = target
    if rest and rest[0]:
        fields["compression"] = _COMPRESSION.get(rest[0], rest[0])
    properties = options(settings) | options(foreign)
    if properties:
        fields["properties"] = properties
    return fields
