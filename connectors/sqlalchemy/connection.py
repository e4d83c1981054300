"""How to reach a database through SQLAlchemy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self
from urllib.parse import SplitResult, unquote

from pydantic import Field, SecretStr, model_validator

from connectors.common.sql.inspector.connection import DialectConnection
from specs.config import STATEMENTS
from specs.recipe.allow_list import harmless, harmless_statement, secret_spans

_PASSWORD = re.compile(r"(?s)^(?P<user>[^:/?#]+://[^:/@]*):(?P<password>[^@]*)@")
"""As SQLAlchemy reads a URL: the password ends at the first ``@``."""


class SqlalchemyConnection(DialectConnection):
    """A database by its SQLAlchemy URL. The dialect and the driver must be installed.

    A password inside the URL is moved to ``password``. Reading is as read-only as the dialect allows: SQLite and
    DuckDB files are opened read-only by the drivers that are known to do so, and never made; elsewhere connect as a
    user that may only read. What URL parameters, ``connect_args`` and ``on_connect`` hold is stored where it is known
    to be harmless; everything else should be a reference.

    It reads what SQLAlchemy's inspector can see: no routines, triggers, partitions or statistics. What the inspector
    warns that it leaves out (an index over an expression) is listed by ``headrace failures``. ClickHouse, Hive,
    Spark and SQLite are asked themselves for what their dialects lose. Dialects without ``get_multi_*`` of their
    own send several statements per table, and the definition of a view is always one of its own. Statement timeouts
    differ by database: set them with ``on_connect``.

    Crawled in the tests: PostgreSQL, MariaDB, SQLite, libSQL, Turso, DuckDB (``duckdb-sqlalchemy``), ClickHouse
    (``clickhouse-connect``), Firebird (``sqlalchemy-firebird``), Spark's Thrift server (``pyhive``).
    """

    url: str = Field(min_length=1, description="SQLAlchemy URL: dialect+driver://user@host:port/database.")
    password: SecretStr | None = Field(default=None, description="The password; write a reference: ${env:NAME}.")
    database: str | None = Field(default=None, description="What to call the database; default: its name in the URL.")
    connect_args: dict[str, Any] = Field(default_factory=dict, description="Further arguments for the driver.")
    on_connect: Annotated[tuple[str, ...], STATEMENTS] = Field(
        default=(), description="Statements to send first: SET statement_timeout = '60s'."
    )

    @model_validator(mode="before")
    @classmethod
    def _move_password(cls, given: Any) -> Any:
        if not isinstance(given, dict) or not isinstance(given.get("url"), str):
            return given
        found = _PASSWORD.match(given["url"])
        if found is None:
            return given
        rest = given["url"][found.end() :]
        if "@" in rest.partition("?")[0]:
            raise ValueError("the password holds @ or /; write them as %40 and %2F, or use the setting password")
        url = f"{found['user']}@{rest}"
        return {**given, "url": url, "password": given.get("password") or unquote(found["password"])}

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        text = url.geturl()
        if url.scheme.startswith(("sqlite", "duckdb")) and ":///" not in text:
            text = text.replace(":/", ":///", 1)  # urllib drops an empty host
        return cls.model_validate({"url": text})

    def secrets(self) -> Iterator[str]:
        """What no message may show: the password, and whatever is not known to be harmless."""
        yield from super().secrets()
        yield from (self.url[start:end] for _, start, end in secret_spans(self.url))
        yield from _unknown("", self.connect_args)
        for statement in self.on_connect:
            if not harmless_statement(statement):
                yield statement
                yield from (found[1] for found in re.finditer(r"['\"]([^'\"]{3,})['\"]", statement))

    def dialect_url(self) -> str:
        return self.url

    def dialect_password(self) -> SecretStr | None:
        return self.password

    def dialect_arguments(self) -> dict[str, Any]:
        return dict(self.connect_args)

    def dialect_statements(self) -> tuple[str, ...]:
        return self.on_connect

    def database_name(self) -> str | None:
        return self.database


def _unknown(name: str, value: Any) -> Iterator[str]:
    """The texts and numbers of driver arguments that are not known to be harmless."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _unknown(str(key), each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _unknown(name, each)
    elif not harmless(name, value):
        yield str(value)
