"""The SQL of a room for one dialect: its schema, and its queries by name (``specs.sql_files``).

``queries.sql`` and ``queries/*.sql`` have what both dialects understand; a statement of ``queries.<dialect>.sql``
replaces the common one of the same name.

Statements use ``:name`` parameters. ``{now}`` stands for the clock: the server's on PostgreSQL, the parameter
``:now`` on SQLite; ``{clock}`` for the same after a statement has waited for its rows. ``{lock}`` and
``{skip_locked}`` lock the selected rows on PostgreSQL and are nothing on SQLite, where a writing transaction is alone;
``{octets}`` is the function that knows the size of a text without reading it (on SQLite: in characters).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from specs.sql_files import merged, parse, texts

_WORD = re.compile(r"\{(now|clock|lock|skip_locked|octets)\}")
_PARAMETER = re.compile(r"(?<![:\w]):([A-Za-z_]\w*)")
_WORDS = {
    "sqlite": {"now": ":now", "clock": ":now", "lock": "", "skip_locked": "", "octets": "length"},
    "postgresql": {
        "now": "extract(epoch from statement_timestamp())::double precision",
        "clock": "extract(epoch from clock_timestamp())::double precision",
        "lock": "FOR UPDATE",
        "skip_locked": "FOR UPDATE SKIP LOCKED",
        "octets": "octet_length",
    },
}


@cache
def load(room: str, dialect: str) -> Mapping[str, str]:
    """The queries of ``room`` (``workers.ledger``) by name, for ``sqlite`` or ``postgresql``, in the driver's spelling.

    Raises ``ValueError`` for a name that is used twice.
    """
    folder = _folder(room)
    own = folder / f"queries.{dialect}.sql"
    found = {**merged(texts(folder)), **(parse(own.read_text("utf-8")) if own.is_file() else {})}
    return MappingProxyType({name: driver(statement, dialect) for name, statement in found.items()})


def driver(statement: str, dialect: str) -> str:
    """A statement with its words filled in, in the parameter style of the driver."""
    filled = _WORD.sub(lambda word: _WORDS[dialect][word[1]], statement)
    return filled if dialect == "sqlite" else _PARAMETER.sub(r"%(\1)s", filled.replace("%", "%%"))


def schema(room: str, dialect: str) -> list[str]:
    """The statements of ``schema.<dialect>.sql``, in order; they end with a semicolon at the end of a line."""
    path = _folder(room) / f"schema.{dialect}.sql"
    return split(path.read_text("utf-8")) if path.is_file() else []


def split(content: str) -> list[str]:
    """Statements, each ending with a semicolon at the end of a line."""
    return [part.strip() for part in re.split(r";[ \t]*$", content, flags=re.MULTILINE) if part.strip()]


def _folder(room: str) -> Path:
    """The folder of a room, found without importing the room."""
    found = find_spec(room)
    file = None if found is None else found.origin
    assert file is not None, f"{room} is no package with files"
    return Path(file).parent
