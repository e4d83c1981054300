"""The beginning of every transaction: settings that hold until its end, and the identity of the server.

Nothing is set for a session: behind a connection pooler a session belongs to other programs as well, and what is sent
when connecting may never reach the server. In one round trip with the first statement go BEGIN and one SELECT that sets
everything for this transaction only and tells what was set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.postgres.driver.deadlines import of_transaction
from specs.config import Limits
from specs.errors import Fatal, Retry

BEGIN = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
TEXTS: Mapping[str, str] = {
    "search_path": "",
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "quote_all_identifiers": "off",
    "standard_conforming_strings": "on",
    "xmloption": "content",
    "lc_monetary": "C",
}
"""Settings that texts of definitions, defaults and bounds are written by, so that they are the same for every role,
database, server and environment."""
WATCH = """
, (SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() AS c)
, pg_catalog.pg_is_in_recovery()
, CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
       ELSE pg_catalog.pg_current_wal_flush_lsn() END - '0/0'::pg_catalog.pg_lsn"""
"""Which server a transaction has reached, and how far that is on its disk, which a crash does not take back; not every
server lets everybody ask."""


@dataclass(slots=True)
class Session:
    """What transactions over one connection begin with, and what they have told.

    ``server`` is the system identifier and whether it is a standby, once known: another answer in a later transaction
    means that something in between leads to several servers. ``reached`` is the furthest WAL position seen.
    """

    limits: Limits
    where: str
    encoding: str = "UTF8"
    watched: bool = False
    server: tuple[str, bool] | None = None
    reached: int = 0

    def opening(self) -> str:
        """The SELECT behind ``BEGIN``."""
        settings = self._settings()
        calls = ", ".join(f"pg_catalog.set_config('{name}', '{value}', true)" for name, value in settings.items())
        return f"SELECT {calls}{WATCH if self.watched else ''}"

    def _settings(self) -> dict[str, str]:
        """JIT costs catalog queries more than it saves."""
        return {**TEXTS, "client_encoding": self.encoding, "jit": "off", **of_transaction(self.limits)}

    def opened(self, told: tuple[Any, ...] | None) -> None:
        """Take in what the SELECT answered.

        Raises ``Fatal`` when a setting is not what was asked for, ``Retry`` when this is another server than before.
        """
        values = told or ()
        self.hold(values[: len(TEXTS)])
        if self.watched:
            self.watch(*values[-3:])

    def watch(self, identifier: str, standby: bool, reached: Any) -> None:
        """Which server this is. Raises ``Retry`` when the one before was another."""
        self.watched = True
        if self.server is not None and self.server != (identifier, standby):
            raise Retry(
                "the address leads to several servers: this transaction went to another one than the last",
                self.where,
                "crawl one server, or one pooler per server",
                reason="connection",
            )
        self.server = (identifier, standby)
        self.reached = max(self.reached, int(reached or 0))

    def hold(self, values: Sequence[Any]) -> None:
        """Compare the values of ``TEXTS`` with what they must be. Raises ``Fatal``."""
        for (name, wanted), found in zip(TEXTS.items(), values, strict=True):
            if found != wanted and (name, found) != ("search_path", '""'):
                raise Fatal(
                    f"settings do not hold within a transaction: {name} is {found!r} instead of {wanted!r}",
                    self.where,
                    "connect to the server itself, or to a pooler in session or transaction mode",
                    reason="settings",
                )


HELD = "SELECT " + ", ".join(f"pg_catalog.current_setting('{name}')" for name in TEXTS)
"""What to ask, in a statement of its own, to see that the settings hold for the statements that follow them."""
