"""Builds columns; those that are like another table's are made once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from connectors.postgres.build.options import options
from connectors.postgres.build.types import ColumnType, Types
from specs.entities.database.tables import Column

SHARED = 4096
"""Columns kept to be shared between tables."""
_IDENTITY = {"a": "always", "d": "by_default"}
_GENERATED = {"s": "stored", "v": "virtual"}
_STORAGE = {"p": "plain", "m": "main", "e": "external", "x": "extended"}
_COMPRESSION = {"p": "pglz", "l": "lz4"}
Key = str | tuple[str, tuple[str | None, ...] | None, str | None, bool]
"""What makes a column: what every column has; for some also what few columns have, a comment, and whether it may hold
nulls from before they were refused."""


class ColumnRow(NamedTuple):
    """The row of the facet: what every column of the table has, in order, each as one text (``plain``); the numbers of
    those that have more, and what they have; the numbers of those with grants, and these."""

    table: int = 0
    plain: Sequence[str] = ()
    more_of: Sequence[int] | None = None
    more: Sequence[Sequence[str | None]] | None = None
    granted: Sequence[int] | None = None
    grants: Sequence[str] | None = None

    def details(self) -> dict[int, tuple[str | None, ...]]:
        """What few columns have, by number: identity, generated, collation, default and others as JSON."""
        return dict(zip(self.more_of, map(tuple, self.more), strict=True)) if self.more_of and self.more else {}

    def acls(self) -> Iterator[tuple[int, list[str]]]:
        """The access control lists of columns, each with the column's number."""
        for number, items in zip(self.granted or (), self.grants or (), strict=True):
            yield number, items.split("\1")


def shared(rows: Sequence[ColumnRow]) -> set[tuple[int, int]]:
    """Hold equal columns of these tables once in memory; returns their types with modifiers."""
    known: dict[str, str] = {}
    for row in rows:
        row.plain[:] = map(known.setdefault, row.plain, row.plain)  # type: ignore[index]  # the driver makes lists
    return {(int(type_), int(typmod)) for _, type_, typmod, _ in (text.split(" ", 3) for text in known)}


class Columns:
    """Builds the columns of one database's tables."""

    def __init__(self, types: Types) -> None:
        self.types = types
        self._known: dict[Key, Column] = {}
        self._pairs: dict[str, tuple[int, str]] = {}

    def by_number(self, row: ColumnRow) -> dict[int, str]:
        """The names of a table's columns."""
        return dict(self._numbered(row.plain))

    def _numbered(self, plain: Sequence[str]) -> list[tuple[int, str]]:
        pairs = self._pairs
        try:
            return [pairs[text] for text in plain]
        except KeyError:
            if len(pairs) > SHARED:
                pairs.clear()
            for text in plain:
                number, _, _, _, name = text.split(" ", 4)
                pairs[text] = int(number), name
            return [pairs[text] for text in plain]

    def build(
        self,
        row: ColumnRow,
        details: Mapping[int, tuple[str | None, ...]],
        comments: Mapping[int, str],
        unchecked: Collection[int],
    ) -> tuple[Column, ...]:
        """The columns of a table. ``unchecked``: numbers of those that may hold nulls from before they were refused.

        Most columns are like another table's (``id bigint not null``) and immutable: they are shared.
        """
        known = self._known
        if len(known) > SHARED:
            known.clear()
        keys: Sequence[Key] = row.plain
        special = {*details, *comments, *unchecked}
        if special:
            pairs = zip(row.plain, self._numbered(row.plain), strict=True)
            keys = [
                (text, details.get(n), comments.get(n), n in unchecked) if n in special else text
                for text, (n, _) in pairs
            ]
        try:
            return tuple([known[key] for key in keys])
        except KeyError:
            return tuple([known.get(key) or self._remembered(key) for key in keys])

    def _remembered(self, key: Key) -> Column:
        column = self._known[key] = self._column(*key) if isinstance(key, tuple) else self._column(key)
        return column

    def _column(
        self,
        plain: str,
        more: tuple[str | None, ...] | None = None,
        comment: str | None = None,
        unchecked: bool = False,
    ) -> Column:
        number, type_, typmod, not_null, name = plain.split(" ", 4)
        known = self.types.get((int(type_), int(typmod)))
        fields = dict(known.fields)
        if not_null == "t" and not unchecked:
            fields["nullable"] = False
        if more is not None:
            fields |= self._more(known, *more)
        if comment is not None:
            fields["comment"] = comment
        return Column(name=name, ordinal=int(number), **fields)

    @staticmethod
    def _more(
        known: ColumnType,
        identity: str | None,
        generated: str | None,
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
