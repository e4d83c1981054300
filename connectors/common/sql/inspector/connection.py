"""The base class of connections through SQLAlchemy, with everything that the source needs of a connector's model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import SecretStr

from specs.config import ConnectionConfig, server_namespace
from specs.recipe.declared_settings import secret_texts

_SERVERS = {
    "crate": ("crate", 4200), "db2": ("db2", 50000), "hive": ("hive", 10000), "ibm_db_sa": ("db2", 50000),
    "mariadb": ("mysql", 3306), "mssql": ("mssql", 1433), "mysql": ("mysql", 3306), "oceanbase": ("oceanbase", 2881),
    "oracle": ("oracle", 1521), "postgresql": ("postgres", 5432), "teradatasql": ("teradata", 1025),
    "trino": ("trino", 8080),
}  # fmt: skip
"""The schemes of OpenLineage's naming spec and their usual ports, by dialects of SQLAlchemy."""


class DialectConnection(ConnectionConfig):
    """A connection through a dialect of SQLAlchemy. A connector's own model inherits it, adds its settings and makes a
    URL of them; what else it says is optional.
    """

    product: ClassVar[str] = "sqlalchemy"
    """What the catalog calls this kind of service."""

    def dialect_url(self) -> str:
        """The URL of SQLAlchemy without the password: ``dialect+driver://user@host:port/database``."""
        raise NotImplementedError(f"{type(self).__name__} makes no URL of its settings")

    def dialect_password(self) -> SecretStr | None:
        """The password that goes into the URL."""
        return None

    def dialect_arguments(self) -> dict[str, Any]:
        """Further arguments for the driver."""
        return {}

    def dialect_statements(self) -> tuple[str, ...]:
        """The statements that every connection sends first: ``SET statement_timeout = '60s'``."""
        return ()

    def database_name(self) -> str | None:
        """What to call the database; without it, by its name in the URL, a file by its stem."""
        return None

    def secrets(self) -> Iterator[str]:
        """The values of secret settings, which no message may contain."""
        yield from secret_texts(self)

    def namespace(self) -> str | None:
        url = urlsplit(self.dialect_url())
        scheme, port = _SERVERS.get(url.scheme.partition("+")[0], ("", 0))
        try:
            return server_namespace(scheme, url.hostname or "", url.port or port) if scheme else None
        except ValueError:  # the port is a reference
            return None

    def endpoint(self) -> str:
        """The URL without its query, which may hold secrets of the driver."""
        return self.dialect_url().split("?", 1)[0]
