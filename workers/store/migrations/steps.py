"""The statements of the steps from one version to the next. Only a migration imports them."""

from __future__ import annotations

import re
from pathlib import Path

from workers.store import named_sql

_WORDS = {
    "sqlite": {
        "serial": "INTEGER PRIMARY KEY",
        "bytes": "COLLATE BINARY",
        "long": "INTEGER",
        "real": "REAL",
        "keyed": " WITHOUT ROWID",
    },
    "postgresql": {
        "serial": "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "bytes": 'COLLATE "C"',
        "long": "BIGINT",
        "real": "DOUBLE PRECISION",
        "keyed": "",
    },
}


def steps(folder: Path, version: str, dialect: str) -> list[str]:
    """The statements of ``<version>_*.sql`` in ``folder``, then those of ``<version>_*.<dialect>.sql`` if there is one.

    ``{serial}`` is a numbered key, ``{bytes}`` orders by bytes; ``{long}`` and ``{real}`` are wide numbers;
    ``{keyed}`` stores a table within its key.
    """
    found: list[str] = []
    for path in sorted(folder.glob(f"{version}_*.sql"), key=lambda each: len(each.name)):
        if path.suffixes in ([".sql"], [f".{dialect}", ".sql"]):
            content = re.sub(r"\{(\w+)\}", lambda word: _WORDS[dialect][word[1]], path.read_text("utf-8"))
            found += named_sql.split(content)
    return found
