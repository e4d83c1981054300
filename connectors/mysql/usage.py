"""Usage of a MySQL or MariaDB server: from its logs, or from what its performance_schema counts."""

from __future__ import annotations

from typing import Any

from connectors.common.sql.usage.counters import CounterReading, DriverUsage, StatementCounter
from connectors.mysql.connection.config import MysqlConnection
from connectors.mysql.driver.driver import MysqlDriver
from specs.errors import Skip, Stop
from specs.sql_files import load

VIEW = "performance_schema.events_statements_summary_by_digest"
_MINUTE = 60.0


class MysqlUsage(DriverUsage):
    """Digests tell no users. The server forgets them when it starts; the start is known to a minute."""

    driver: MysqlDriver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not isinstance(self.config, MysqlConnection):
            raise TypeError(f"MysqlUsage needs a MysqlConnection, not {type(self.config).__name__}")
        self.driver = MysqlDriver(self.config, self.limits, self._sent)

    def counters(self) -> CounterReading:
        """The digests of statements. Raises ``Stop`` when the server keeps none, or they are not for us."""
        queries, where = load("connectors.mysql"), self.driver.config.endpoint()
        counting = self.driver.fetch(queries["counting"])
        if not counting or str(counting[0][1]).upper() != "ON":
            remedy = "set performance_schema = ON, or name a query_log: the general or the slow log"
            raise Stop("the performance_schema is off", where, remedy, reason="unsupported")
        try:
            rows = self.driver.fetch(queries["statement_counters"])
            uptime = float(self.driver.fetch(queries["uptime"])[0][1])
        except Skip as error:
            remedy = f"GRANT SELECT ON {VIEW} TO the crawler's account"
            raise Stop(error.what, where, remedy, reason=error.reason) from None
        began = round((self.now() - uptime) / _MINUTE) * _MINUTE
        found = CounterReading("", began, remedy="raise performance_schema_digests_size")
        for key, schema, text, calls, total, last in rows:
            if key is None or text is None:
                found.evicted += int(calls)
            else:
                found.counters.append(
                    StatementCounter(
                        key, "", schema, text, int(calls), float(total), None if last is None else float(last)
                    )
                )
        return found
