"""Lineage of PostgreSQL: from the catalog, from logs, and, where a recipe asks for it, from ``pg_stat_statements``."""

from __future__ import annotations

from typing import ClassVar

from connectors.common.sql.usage.counted_lineage import CountedLineage


class PostgresLineage(CountedLineage):
    """Its server counts statements."""

    counting: ClassVar[str] = "connectors.postgres.usage:PostgresUsage"
