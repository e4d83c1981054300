"""Shapes of statements: what those of one fingerprint do to names, as far as a replay of the log needs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from specs.contracts.parts.statements import StatementKind, StatementLineage, TableName

MOVES = frozenset({"insert", "create_table", "merge", "update", "delete", "copy"})
"""Kinds of statements that put data into a relation, or take some away that others choose. The definition of a view
moves nothing: the catalog has the present one."""
_NAMES = frozenset({"rename", "drop"})
WORDS = frozenset({
    "insert", "create", "merge", "update", "delete", "copy", "unload", "load", "into", "alter", "rename", "drop",
    "exchange", "swap", "replace", "export", "upsert",
})  # fmt: skip
"""A normalized text with none of these words moves no data and changes no name."""
_DEFINING = frozenset({"alter", "comment", "create", "drop", "grant", "revoke"})
_RELATIONS = frozenset({"table", "view"})
_BODIES = frozenset({"proc", "procedure"})
_HEAD = 8
"""Words within which a definition says what it defines: ``create or replace global temporary table``."""


class StatementStep(NamedTuple):
    """One thing that a statement does. ``sources`` are the relations that it reads."""

    kind: StatementKind
    target: TableName
    renamed: TableName | None
    temporary: bool
    sources: frozenset[TableName]

    @property
    def moves(self) -> bool:
        """Whether it puts data of other relations into its target."""
        return bool(self.sources) and self.kind in MOVES


@dataclass(frozen=True, slots=True)
class StatementShape:
    """The statements of one fingerprint in one database and schema, or of a script: such a statement behind those that
    made the tables that it reads. ``text`` is one of them; it holds data and is never stored. What stands behind
    ``ran`` characters did not run: it tells the parser which tables did not stay."""

    id: int
    text: str
    database: str
    schema: str
    steps: tuple[StatementStep, ...]
    ran: int | None = None

    @property
    def hash(self) -> str:
        """The name of the shape, in hexadecimal."""
        return f"{self.id & (1 << 64) - 1:016x}"


def steps(answers: Iterable[StatementLineage]) -> tuple[StatementStep, ...]:
    """The steps in what a parser tells of a text that matter to a replay."""
    return tuple(
        StatementStep(
            each.kind, each.target, each.renamed, each.temporary, frozenset(each.sources if moves(each) else ())
        )
        for each in answers
        if each.target is not None
        if each.kind in _NAMES or each.kind == "create_table" or moves(each)
    )  # fmt: skip


def concerns_data(normalized: str, *, runs_bodies: bool) -> bool:
    """Whether a normalized text may put data into relations or change their names. The definition of anything but a
    relation does not; of a routine it does where the log shows one for a run of it (``runs_bodies``)."""
    words = normalized.replace("(", " ").split()
    if WORDS.isdisjoint(words):
        return False
    if words[0] not in _DEFINING:
        return True
    return not (_RELATIONS | (_BODIES if runs_bodies else frozenset())).isdisjoint(words[:_HEAD])


def moves(answer: StatementLineage) -> bool:
    """Whether a statement puts data of relations into another one, or takes some away that they choose. A table that is
    made like another one has its columns, and none of its rows."""
    if answer.kind not in MOVES or not answer.sources:
        return False
    return answer.kind != "create_table" or bool(answer.columns) or answer.level != "columns"
