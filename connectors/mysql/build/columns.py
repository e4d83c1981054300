"""Columns from information_schema, in which MySQL and MariaDB write the same facts in two ways."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connectors.common.sql.slices import Raw
from connectors.common.sql.types.types import parse
from specs.entities.database.tables import Column, DataType

_COMPRESSED = re.compile(r" ?/\*M?!\d+ (COMPRESSED)\*/")
_VALID = re.compile(r"json_valid\(`((?:[^`]|``)+)`\)", re.IGNORECASE)


def columns(raw: Raw, *, maria: bool) -> Iterator[Column]:
    """Columns by ordinal. JSON is a text with a check on MariaDB; here it is JSON."""
    json = {json_column(row[2]) for row in raw.rows.get("checks", [])} if maria else set()
    for row in raw.rows.get("columns", []):
        yield _column(row, maria=maria, json=json)


def json_column(clause: str | None) -> str | None:
    """The column that a check says to be JSON, when the check says nothing else."""
    found = _VALID.fullmatch(clause or "")
    return found[1].replace("``", "`") if found else None


def _column(row: tuple[Any, ...], *, maria: bool, json: set[str | None]) -> Column:
    _, name, ordinal, default, nullable, native, collation, extra, comment, expression = row
    compressed = _COMPRESSED.search(native)
    parsed = parse(_COMPRESSED.sub("", native), escapes=True)
    words = extra.lower()
    generated = expression if expression and "generated" in words.replace("default_generated", "") else None
    return Column(
        name=name,
        native_type=native,
        type=DataType.JSON if name in json else parsed.type,
        ordinal=int(ordinal),
        length=parsed.length,
        precision=parsed.precision,
        scale=parsed.scale,
        nullable=nullable == "YES",
        default=None if generated else _default(default, words, maria=maria),
        identity="auto_increment" if "auto_increment" in words else None,
        generated=generated,
        generated_kind=None if generated is None else "virtual" if "virtual" in words else "stored",
        collation=collation,
        compression=compressed[1].lower() if compressed else None,
        properties={"system_versioning": "no"} if "without system versioning" in words else {},
        comment=comment or None,
        values=parsed.values,
        tags=("invisible",) if "invisible" in words else (),
    )


def _default(value: Any, extra: str, *, maria: bool) -> str | None:
    """As DDL would say it. MariaDB quotes text itself and writes ``NULL`` where there is none; MySQL quotes nothing."""
    if value is None or (maria and value == "NULL"):
        text = None
    elif maria or "default_generated" in extra or _plain(str(value)):
        text = str(value)
    else:
        text = "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"
    follows = extra.find("on update ")
    if follows >= 0:
        text = f"{text or ''} {extra[follows:]}".strip()
    return text


def _plain(text: str) -> bool:
    """A number, a bit literal or the current time needs no quotes."""
    return bool(re.fullmatch(r"-?\d+(\.\d+)?(e[+-]?\d+)?|b'[01]*'|0x[0-9a-f]*|current_timestamp.*", text.lower()))
