"""The engine of a catalog on PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from specs.errors import UsageError
from workers.store.postgresql.deadline import Deadline
from workers.store.retries import BUSY_SECONDS


def address(url: str) -> URL | None:
    """The URL taken apart; ``None`` for one that is not of PostgreSQL."""
    try:
        parsed = make_url(url)
        known = parsed.get_backend_name() in ("postgresql", "postgres")
    except (ArgumentError, NoSuchModuleError):
        return None
    return parsed.set(drivername="postgresql+psycopg") if known else None


def engine(url: URL, deadline: Deadline, timeout: float) -> Engine:
    """Connections to the database at ``url``, whose statements may take ``timeout`` seconds. Raises ``UsageError``
    where the driver is not installed."""
    lock, statement = int(min(BUSY_SECONDS, timeout) * 1000), int(timeout * 1000)
    options = f"-c lock_timeout={lock} -c statement_timeout={statement} -c timezone=UTC"
    arguments = {
        "connect_timeout": 10,
        "application_name": "headrace",
        "client_encoding": "utf8",
        "options": " ".join(filter(None, [options, str(url.query.get("options") or "")])),
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 60_000,
    }
    try:
        made = create_engine(
            url.difference_update_query(["options"]), connect_args=arguments, pool_timeout=BUSY_SECONDS
        )
    except ImportError:
        remedy = "install it: pip install 'headrace[postgres]'"
        raise UsageError("the driver for PostgreSQL catalogs is missing", remedy=remedy) from None

    def connect(_dialect: Any, _record: Any, positional: list[Any], named: dict[str, Any]) -> Any:
        return deadline.connect(*positional, **named)

    event.listen(made, "do_connect", connect)
    return made
