"""How to reach a PostgreSQL server."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self
from urllib.parse import SplitResult, parse_qsl, unquote

from pydantic import Field, SecretStr

from specs.config import ConnectionConfig

SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]

_QUERY = {"host", "port", "dbname", "user", "password", "sslmode", "sslrootcert", "sslcert", "sslkey", "sslcrl"}


class PostgresConnection(ConnectionConfig):
    """A PostgreSQL server, 13 or newer, and the database to crawl, or all of its databases."""

    schemes: ClassVar[tuple[str, ...]] = ("postgresql", "postgres")

    host: str = Field(default="localhost", description="Host name, address, or the folder of a Unix socket.")
    port: int = Field(default=5432, ge=1, le=65535, description="TCP port, or the number of the Unix socket.")
    database: str | None = Field(default=None, description="Crawl this database only; without it, all of the server.")
    maintenance_database: str = Field(
        default="postgres", description="Where to connect to list databases when none is named."
    )
    username: str | None = Field(default=None, description="Role to connect as.")
    password: SecretStr | None = Field(default=None, description="Its password; write a reference: ${env:NAME}.")
    sslmode: SslMode = Field(default="prefer", description="Whether to encrypt and what to verify, as libpq has it.")
    sslrootcert: str | None = Field(default=None, description="File with the certificates to trust.")
    sslcert: str | None = Field(default=None, description="File with the client certificate.")
    sslkey: str | None = Field(default=None, description="File with the client's key.")
    sslcrl: str | None = Field(default=None, description="File with revoked certificates.")

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        """Read ``postgresql://user:password@host:port/database?sslmode=require``; all parts but the scheme may lack.

        A Unix socket is ``postgresql://user@/database?host=/var/run/postgresql``. Raises ``ValueError`` for unknown
        parameters.
        """
        given: dict[str, Any] = {
            "host": unquote(url.hostname or ""),
            "port": url.port,
            "database": unquote(url.path.removeprefix("/")),
            "username": unquote(url.username or ""),
            "password": unquote(url.password or ""),
        }
        for key, value in parse_qsl(url.query):
            if key not in _QUERY:
                raise ValueError(f"unknown parameter {key!r} in the URL; known: {', '.join(sorted(_QUERY))}")
            given[{"dbname": "database", "user": "username"}.get(key, key)] = value
        return cls(**{key: value for key, value in given.items() if value not in (None, "")})

    def endpoint(self) -> str:
        database = f"/{self.database}" if self.database else ""
        return f"{self.host}:{self.port}{database}"

    @property
    def first_database(self) -> str:
        """The database to connect to before any is chosen."""
        return self.database or self.maintenance_database

    def parameters(self) -> dict[str, Any]:
        """The libpq parameters, but for the database."""
        given = {
            "host": self.host,
            "port": self.port,
            "user": self.username,
            "password": self.password.get_secret_value() if self.password else None,
            "sslmode": self.sslmode,
            "sslrootcert": self.sslrootcert,
            "sslcert": self.sslcert,
            "sslkey": self.sslkey,
            "sslcrl": self.sslcrl,
        }
        return {key: value for key, value in given.items() if value is not None}
