"""Binds the parts of the SQLite connector."""

from specs.service_spec import DefaultDatabaseSpec

spec = DefaultDatabaseSpec(
    name="sqlite",
    connection="connectors.sqlite.connection:SqliteConnection",
    metadata_source_class="connectors.sqlite.metadata:SqliteSource",
    lineage_source_class="connectors.common.sql.lineage.source:DatabaseLineage",
    usage_source_class="connectors.common.sql.usage.source:LogUsage",
    schemes=("sqlite",),
    drivers=frozenset({"aiosqlite", "pysqlite"}),
    capabilities=frozenset({"views", "triggers", "ddl", "checks", "indexes", "foreign_keys", "statistics"}),
)
