"""Binds the parts of the DuckDB connector."""

from specs.service_spec import DefaultDatabaseSpec

spec = DefaultDatabaseSpec(
    name="duckdb",
    connection="connectors.duckdb.connection:DuckdbConnection",
    metadata_source_class="connectors.duckdb.metadata:DuckdbSource",
    lineage_source_class="connectors.common.sql.lineage.source:DatabaseLineage",
    usage_source_class="connectors.common.sql.usage.source:LogUsage",
    schemes=("duckdb",),
    driver="duckdb",
    extra="duckdb",
    capabilities=frozenset(
        {
            "views",
            "macros",
            "sequences",
            "types",
            "nested_types",
            "ddl",
            "checks",
            "indexes",
            "foreign_keys",
            "comments",
            "triggers",
        }
    ),
)
