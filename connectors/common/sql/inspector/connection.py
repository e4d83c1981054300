"""The base class of connections through SQLAlchemy, with everything that the source needs of a connector's model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from pydantic import SecretStr

from specs.config import ConnectionConfig
from specs.recipe.declared_settings import secret_texts


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

    def endpoint(self) -> str:
        """The URL without its query, which may hold secrets of the driver."""
        return self.dialect_url().split("?", 1)[0]
