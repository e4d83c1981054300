"""SQL by name: ``queries.sql`` and ``queries.<dialect>.sql`` beside a package, each statement under ``-- name: x``.

Where there are many, ``queries/*.sql`` has those of both dialects, a file for each subject.

Statements use ``:name`` parameters. ``{now}`` stands for the clock: the server's on PostgreSQL, the parameter
``:now`` on SQLite; ``{clock}`` for the same after a statement has waited for its rows. ``{lock}`` and
``{skip_locked}`` lock the selected rows on PostgreSQL and are nothing on SQLite, where a writing transaction is alone;
``{octets}`` is the function that knows the size of a text without reading it (on SQLite: in characters). A statement of
the dialect's file replaces the common one of the same name.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import TextClause, text

_NAME = re.compile(r"^-- name: (\w+)[ \t]*$", re.MULTILINE)
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


class Queries:
    """The statements of one package for one dialect.

    ``q["name"]`` is a ``TextClause``; ``q.driver("name")`` the same statement in the driver's own parameter style,
    for ``conn.exec_driver_sql`` with a dict, or a list of dicts, on hot paths. Unknown names raise ``KeyError``.
    """

    def __init__(self, statements: dict[str, str], dialect: str) -> None:
        self.names = frozenset(statements)
        self._texts = {name: text(sql) for name, sql in statements.items()}
        self._driver = {name: _driver(sql, dialect) for name, sql in statements.items()}

    def __getitem__(self, name: str) -> TextClause:
        return self._texts[name]

    def driver(self, name: str) -> str:
        return self._driver[name]


def _fill(path: Path, dialect: str) -> str:
    return _WORD.sub(lambda found: _WORDS[dialect][found[1]], path.read_text("utf-8"))


@cache
def load(package: str, dialect: str) -> Queries:
    """The queries of ``package`` (``workers.ledger``) for ``sqlite`` or ``postgresql``."""
    folder = _folder(package)
    common: dict[str, str] = {}
    for path in (folder / "queries.sql", *sorted((folder / "queries").glob("*.sql"))):
        found = parse(_fill(path, dialect)) if path.is_file() else {}
        if twice := common.keys() & found.keys():
            raise ValueError(f"queries are there twice: {', '.join(sorted(twice))}")
        common |= found
    path = folder / f"queries.{dialect}.sql"
    statements = common | (parse(_fill(path, dialect)) if path.is_file() else {})
    return Queries(statements, dialect)


def schema(package: str, dialect: str) -> list[str]:
    """The statements of ``schema.<dialect>.sql``, in order; they end with a semicolon at the end of a line."""
    path = _folder(package) / f"schema.{dialect}.sql"
    if not path.is_file():
        return []
    return split(path.read_text("utf-8"))


def split(content: str) -> list[str]:
    """Statements, each ending with a semicolon at the end of a line."""
    return [part.strip() for part in re.split(r";[ \t]*$", content, flags=re.MULTILINE) if part.strip()]


def parse(content: str) -> dict[str, str]:
    """Split the text of a query file. Raises ``ValueError`` for a name used twice."""
    pieces = _NAME.split(content)
    found: dict[str, str] = {}
    for name, sql in zip(pieces[1::2], pieces[2::2], strict=True):
        if name in found:
            raise ValueError(f"query {name!r} is there twice")
        found[name] = sql.strip().rstrip(";")
    return found


def _folder(package: str) -> Path:
    """Where a package lies; it is not imported for that."""
    found = find_spec(package)
    file = None if found is None else found.origin
    assert file is not None, f"{package} is no package with files"
    return Path(file).parent


def _driver(sql: str, dialect: str) -> str:
    return sql if dialect == "sqlite" else _PARAMETER.sub(r"%(\1)s", sql.replace("%", "%%"))
