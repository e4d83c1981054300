"""How to reach a MySQL or MariaDB server."""

from __future__ import annotations

from typing import ClassVar, Literal, Self
from urllib.parse import SplitResult

from pydantic import Field, SecretStr

from connectors.mysql.connection import urls
from specs.config import ConnectionConfig, server_namespace

SslMode = Literal["disabled", "preferred", "required", "verify_ca", "verify_identity"]


class MysqlConnection(ConnectionConfig):
    """A MySQL server, 8.0 or newer, or a MariaDB server, 10.6 or newer, and one of its databases or all of them.

    What these servers call a database is a schema here, below the one database ``def``, as information_schema calls it:
    ``SERVICE.def.shop.orders``. The user needs ``GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON *.*``, and to see the code
    of routines ``SHOW_ROUTINE`` (MySQL) or SELECT on ``mysql.proc`` (MariaDB). Objects on which the user has no rights
    look absent, events among them; Headrace therefore deletes nothing after the user's grants have changed. Who may do
    what with tables, columns and routines is told where the user may read the database ``mysql``.
    """

    schemes: ClassVar[tuple[str, ...]] = ("mysql", "mariadb")

    host: str = Field(default="localhost", description="Host name or address.")
    port: int = Field(default=3306, ge=1, le=65535, description="TCP port.")
    unix_socket: str | None = Field(default=None, description="Path of the server's Unix socket; wins over the host.")
    database: str | None = Field(default=None, description="Crawl this database only; without it, all of the server.")
    username: str | None = Field(default=None, description="User to connect as.")
    password: SecretStr | None = Field(default=None, description="Its password; write a reference: ${env:NAME}.")
    ssl_mode: SslMode = Field(default="preferred", description="Whether to encrypt and what to verify.")
    ssl_ca: str | None = Field(default=None, description="File with the certificates to trust.")
    ssl_cert: str | None = Field(default=None, description="File with the client certificate.")
    ssl_key: str | None = Field(default=None, description="File with the client's key.")

    @classmethod
    def from_url(cls, url: SplitResult) -> Self:
        """Read ``mysql://user:password@host:port/database?ssl_mode=required``; all but the scheme may lack.

        Raises ``ValueError`` for unknown parameters.
        """
        return cls.model_validate(urls.given(url))

    @classmethod
    def ignored(cls, url: SplitResult) -> tuple[str, ...]:
        return urls.ignored(url)

    def namespace(self) -> str | None:
        return None if self.unix_socket else server_namespace("mysql", self.host, self.port)

    def endpoint(self) -> str:
        place = self.unix_socket or f"{self.host}:{self.port}"
        return f"{place}/{self.database}" if self.database else place
