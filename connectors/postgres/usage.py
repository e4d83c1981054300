"""Usage of a PostgreSQL server: from its logs, or from what ``pg_stat_statements`` counts."""

from __future__ import annotations

from typing import Any

from connectors.common.sql.query_log.statements import LogProblem
from connectors.common.sql.usage.counters import CounterReading, DriverUsage, StatementCounter
from connectors.postgres.connection.config import PostgresConnection
from connectors.postgres.driver.driver import PostgresDriver
from specs.errors import Skip, Stop

VIEW = "pg_stat_statements"


class PostgresUsage(DriverUsage):
    """Asks the database that the connection names, where the extension must be; it counts for all databases."""

    driver: PostgresDriver

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not isinstance(self.config, PostgresConnection):
            raise TypeError(f"PostgresUsage needs a PostgresConnection, not {type(self.config).__name__}")
        self.driver = PostgresDriver(self.config, self.limits, self._sent)

    def counters(self) -> CounterReading:
        """What the extension counts. Raises ``Stop`` when it is not there, not loaded, or not for us."""
        schema = self.driver.rows("statements_schema")
        if not schema:
            what = f"the extension {VIEW} is not in this database"
            remedy = f"CREATE EXTENSION {VIEW}, with shared_preload_libraries = '{VIEW}', or name a query_log"
            raise Stop(what, self.driver.where, remedy, reason="unsupported")
        try:
            since, evicted = self.driver.execute(self._of("statements_info", schema[0][0]))[0]
            rows = self.driver.execute(self._of("statement_counters", schema[0][0]))
        except Skip as error:
            remedy = f"load it: shared_preload_libraries = '{VIEW}', and GRANT pg_read_all_stats TO the crawler's role"
            raise Stop(error.what, self.driver.where, remedy, reason=error.reason) from None
        found = CounterReading(f"{since}", since, int(evicted), "raise pg_stat_statements.max")
        hidden = 0
        for key, user, database, text, calls, total in rows:
            if key is None:  # the texts and keys of others' statements are not for us
                hidden += int(calls)
            else:
                found.counters.append(StatementCounter(key, user, database, text or "", int(calls), float(total)))
        if hidden:
            message = f"{hidden:,} statements of other roles are hidden"
            remedy = "GRANT pg_read_all_stats TO the crawler's role"
            found.problems.append(LogProblem(VIEW, None, "denied", message, remedy))
        return found

    def _of(self, name: str, schema: str) -> str:
        return self.driver.sql(name).replace("{schema}", schema)
