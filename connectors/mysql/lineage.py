"""Lineage of MySQL and MariaDB: from the catalog, from logs, and, where a recipe asks for it, from the
digests of ``performance_schema``."""

from __future__ import annotations

from typing import ClassVar

from connectors.common.sql.usage.counted_lineage import CountedLineage


class MysqlLineage(CountedLineage):
    """Its server counts statements."""

    counting: ClassVar[str] = "connectors.mysql.usage:MysqlUsage"
