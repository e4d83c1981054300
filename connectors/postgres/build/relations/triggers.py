"""Builds the triggers of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from connectors.postgres.build.relations.indexes import numbers
from specs import names
from specs.entities.database.triggers import Trigger

_EVENTS = {4: "insert", 8: "delete", 16: "update", 32: "truncate"}
_STATES = {"D": "disabled", "R": "replica", "A": "always"}
_WHEN = re.compile(r" WHEN \((.*)\) EXECUTE (?:FUNCTION|PROCEDURE) ", re.DOTALL)
_LITERAL = r"E?'(?:[^']|'')*'"
_ARGUMENTS = re.compile(rf"\(({_LITERAL}(?:, {_LITERAL})*)\)$")


class TriggerRow(NamedTuple):
    """A row of the facet, but for the table's oid."""

    name: str
    kind: int
    state: str
    schema: str
    function: str
    definition: str
    condition: bool
    comment: str | None
    columns: str
    arguments: bool
    constraint: bool
    deferrable: bool
    deferred: bool
    referred: list[str] | None
    old_table: str | None
    new_table: str | None


def triggers(rows: list[tuple[Any, ...]], table: str, by_number: Mapping[int, str], database: str) -> Iterator[Trigger]:
    """The triggers of the table with this FQN. ``database`` is the database's FQN."""
    for each in rows:
        row = TriggerRow(*each[1:])
        found = _WHEN.search(row.definition) if row.condition else None
        yield Trigger(
            fqn=names.child(table, row.name),
            name=row.name,
            parent=table,
            timing="before" if row.kind & 2 else "instead of" if row.kind & 64 else "after",
            events=tuple(event for bit, event in _EVENTS.items() if row.kind & bit),
            columns=tuple(by_number[number] for number in numbers(row.columns) if number in by_number),
            level="row" if row.kind & 1 else "statement",
            function=names.child(names.child(database, row.schema), row.function),
            arguments=_arguments(row.definition) if row.arguments else (),
            condition=found[1] if found else None,
            definition=row.definition,
            enabled=row.state != "D",
            state=_STATES.get(row.state),
            constraint=row.constraint,
            deferrable=row.deferrable,
            initially_deferred=row.deferred,
            referred_table=_place(row.referred, database),
            old_table=row.old_table,
            new_table=row.new_table,
            comment=row.comment,
        )


def _place(found: list[str] | None, database: str) -> str | None:
    return names.child(names.child(database, found[0]), found[1]) if found else None


def _arguments(definition: str) -> tuple[str, ...]:
    """What the definition hands to the function, as the texts they are: the server writes each as a literal."""
    found = _ARGUMENTS.search(definition)
    return tuple(_text(literal) for literal in re.findall(_LITERAL, found[1])) if found else ()


def _text(literal: str) -> str:
    text = literal[literal.index("'") + 1 : -1].replace("''", "'")
    return text.replace("\\\\", "\\") if literal.startswith("E") else text
