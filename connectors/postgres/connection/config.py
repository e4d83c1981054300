"""How to reach a PostgreSQL server."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self
from urllib.parse import SplitResult

from pydantic import Field, SecretStr, field_validator

from connectors.postgres.connection import urls
from specs.config import ConnectionConfig, server_namespace
from specs.recipe.problems import nearest

SslMode = Literal["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]


class PostgresConnection(ConnectionConfig):
    """A PostgreSQL server, 13 or newer, and the database to crawl, or all of its databases."""

    schemes: ClassVar[tuple[str, ...]] = ("postgresql", "postgres")

    host: str = Field(
        default="localhost", description="Host name, address, or the folder of a Unix socket; several: h1:5432,h2:5433."
    )
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
    sslpassword: SecretStr | None = Field(default=None, description="The password of sslkey; write a reference.")
    libpq: dict[str, str] = Field(
        default_factory=dict,
        description="Further parameters of libpq: {channel_binding: require, target_session_attrs: any}.",
    )

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        """Read ``postgresql://user:password@host:port/database?sslmode=require``; all parts but the scheme may lack.

        A Unix socket is ``postgresql://user@/database?host=/var/run/postgresql``; several hosts are
        ``postgresql://h1:5432,h2:5433/database``. Raises ``ValueError`` for unknown parameters.
        """
        return cls.model_validate(urls.given(url))

    @classmethod
    def ignored(cls, url: SplitResult) -> tuple[str, ...]:
        return urls.ignored(url)

    @field_validator("libpq")
    @classmethod
    def _known(cls, given: dict[str, str]) -> dict[str, str]:
        for name in given:
            if name not in urls.LIBPQ:
                raise ValueError(f"unknown parameter {name!r}; {nearest(name, urls.LIBPQ)}")
        return given

    def endpoint(self) -> str:
        database = f"/{self.database}" if self.database else ""
        return f"{self.host}{database}" if "," in self.host else f"{self.host}:{self.port}{database}"

    def namespace(self) -> str | None:
        return server_namespace("postgres", self.host, self.port)

    @property
    def first_database(self) -> str:
        """The database to connect to before any is chosen."""
        return self.database or self.maintenance_database

    def parameters(self) -> dict[str, Any]:
        """The libpq parameters, but for the database; ``options`` is libpq's."""
        hosts = [each.rpartition(":") for each in self.host.split(",")] if "," in self.host else []
        given: dict[str, Any] = {
            **self.libpq,
            "host": ",".join((host or port).strip("[]") for host, _, port in hosts) or self.host,
            "port": ",".join(port if host else str(self.port) for host, _, port in hosts) or self.port,
            "user": self.username,
            "password": self.password.get_secret_value() if self.password else None,
            "sslmode": self.sslmode,
            "sslrootcert": self.sslrootcert,
            "sslcert": self.sslcert,
            "sslkey": self.sslkey,
            "sslcrl": self.sslcrl,
            "sslpassword": self.sslpassword.get_secret_value() if self.sslpassword else None,
        }
        return {key: value for key, value in given.items() if value is not None}
