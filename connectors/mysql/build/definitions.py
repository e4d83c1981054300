"""What the text of SHOW CREATE tells beyond information_schema: bodies of routines, periods, a table's DDL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from connectors.common.sql import ddl

_HEAD = 100_000
"""Characters in which the head of a routine ends; what stands before its body."""
_CHARACTERISTICS = re.compile(
    r"(?:    (?:NO SQL|READS SQL DATA|MODIFIES SQL DATA|DETERMINISTIC|SQL SECURITY INVOKER"
    r"|COMMENT '(?:[^'\\]|''|\\.)*')\n)*",
    re.DOTALL,
)
_OPTIONS = re.compile(r"^\)(?: .*)?$", re.MULTILINE)
"""The line of a table's options, which follows its columns and keys; line ends inside quotes are escaped."""
_COUNTER = re.compile(r"\A(\)(?: /\*.*?\*/)? ENGINE=\w+) AUTO_INCREMENT=\d+")
_CONNECTION = re.compile(r"( CONNECTION=)'(?:[^'\\]|''|\\.)*'")
_PASSWORD = re.compile(r"""(\bpassword\s*=?\s*)(["'])(?:\\.|(?!\2).)*\2""", re.IGNORECASE | re.DOTALL)
_PARTITIONS = re.compile(r"\n ?\(PARTITION .*?( \*/)?\Z", re.DOTALL)
_COUNT = re.compile(r"\nPARTITIONS \d+")
_PERIOD = re.compile(r"^  PERIOD FOR (SYSTEM_TIME|`(?:[^`]|``)+`) \((.*)\),?$", re.MULTILINE)
_OVERLAPS = re.compile(r"^  (?:PRIMARY|UNIQUE) KEY (?:`((?:[^`]|``)+)` )?\(.* WITHOUT OVERLAPS\)", re.MULTILINE)
_SYSTEM = re.compile(r"PARTITION BY SYSTEM_TIME *(.*?) *$", re.MULTILINE)
_NAME = re.compile(r"`((?:[^`]|``)+)`")


@dataclass(frozen=True)
class Routine:
    """``aggregate``: of a function; ``body`` to the letter."""

    aggregate: bool
    body: str


def routine(statement: str, kind: str) -> Routine:
    """Take CREATE FUNCTION, PROCEDURE, PACKAGE or EVENT apart; ``kind`` as information_schema calls it.

    A statement of another form is all body.
    """
    words = kind.split()
    head = ddl.tokens(statement[:_HEAD])
    at = next((at for at in range(len(head)) if [each.word for each in head[at : at + len(words)]] == words), None)
    if at is None or at + len(words) >= len(head):
        return Routine(False, statement)
    aggregate = at > 0 and head[at - 1].word == "AGGREGATE"
    name = at + len(words)
    end = head[name].end
    if kind == "EVENT":
        end = next((token.end for token in head[name + 1 :] if token.word == "DO"), None) or end
    if kind.startswith("PACKAGE") or kind == "EVENT":
        return Routine(False, statement[end:].lstrip(" \n"))
    if name + 1 < len(head) and head[name + 1].text == "(":
        _, behind = ddl.group(head, name + 1)
        end = head[behind - 1].end
    line = statement.find("\n", end)
    if line < 0:
        return Routine(aggregate, statement)
    return Routine(aggregate, statement[_CHARACTERISTICS.match(statement, line + 1).end() :])  # type: ignore[union-attr]


@dataclass(frozen=True)
class MysqlTableDdl:
    """``periods``: the two columns of each, by the period's name. ``overlaps``: names of keys whose periods do not
    overlap. ``history``: how partitions by system time are cut (``INTERVAL 1 DAY AUTO``)."""

    text: str
    periods: dict[str, str]
    overlaps: frozenset[str]
    history: str | None


def table(statement: str) -> MysqlTableDdl:
    """Read SHOW CREATE TABLE. The text loses what changes by itself or by the day (the counter of AUTO_INCREMENT, the
    list of partitions) and what opens another server (``CONNECTION``, passwords of Spider)."""
    lines = [found.start() for found in _OPTIONS.finditer(statement)]
    start = lines[-1] if lines else len(statement)
    columns, options = statement[:start], statement[start:]
    history = _SYSTEM.search(options)
    options = _COUNT.sub("", _PARTITIONS.sub(r"\1", _COUNTER.sub(r"\1", options)))
    return MysqlTableDdl(
        text=columns + masked(_CONNECTION.sub(r"\1'***'", options)),
        periods={unquoted(name): ", ".join(names(inside)) for name, inside in _PERIOD.findall(columns)},
        overlaps=frozenset((name or "PRIMARY").replace("``", "`") for name in _OVERLAPS.findall(columns)),
        history=(history[1] or None) if history else None,
    )


def masked(text: str) -> str:
    """Without the passwords that the Spider engine keeps in comments."""
    return _PASSWORD.sub(r"\1\2***\2", text)


def names(text: str) -> Iterator[str]:
    return (name.replace("``", "`") for name in _NAME.findall(text))


def unquoted(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name.lower()


def first(row: tuple[Any, ...], at: int) -> str | None:
    """The text in a column of an answer of SHOW CREATE; ``None`` where we may not read it."""
    return str(row[at]) if len(row) > at and row[at] is not None else None
