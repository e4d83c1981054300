"""How to reach a database through SQLAlchemy."""

from __future__ import annotations

import re
from typing import Any, Self
from urllib.parse import SplitResult, unquote

from pydantic import Field, SecretStr, model_validator

from specs.config import ConnectionConfig

_PASSWORD = re.compile(r"^(?P<user>[^:/?#]+://[^:/@?#]*):(?P<password>[^/?#]*)@(?=[^@]*$)", re.DOTALL)


class SqlalchemyConnection(ConnectionConfig):
    """A database by its SQLAlchemy URL. The dialect and the driver must be installed.

    A password inside the URL is moved to ``password``. Reading is as read-only as the dialect allows: SQLite and
    DuckDB files are opened read-only, elsewhere connect as a user that may only read.

    It reads what SQLAlchemy's inspector can see: no routines, triggers, partitions or statistics. Dialects without
    ``get_multi_*`` of their own send several statements per table, and the definition of a view is always one of its
    own. Statement timeouts differ by database: set them with ``on_connect``.
    """

    url: str = Field(min_length=1, description="SQLAlchemy URL: dialect+driver://user@host:port/database.")
    password: SecretStr | None = Field(default=None, description="The password; write a reference: ${env:NAME}.")
    database: str | None = Field(default=None, description="What to call the database; default: its name in the URL.")
    connect_args: dict[str, Any] = Field(default_factory=dict, description="Further arguments for the driver.")
    on_connect: tuple[str, ...] = Field(
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
        url = f"{found['user']}@{given['url'][found.end() :]}"
        return {**given, "url": url, "password": given.get("password") or unquote(found["password"])}

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        text = url.geturl()
        if url.scheme.startswith(("sqlite", "duckdb")) and ":///" not in text:
            text = text.replace(":/", ":///", 1)  # urllib drops an empty host
        return cls.model_validate({"url": text})

    def endpoint(self) -> str:
        """The URL without its query, which may hold secrets of the driver."""
        return self.url.split("?", 1)[0]
