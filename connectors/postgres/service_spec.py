"""PostgreSQL: what the connector is made of."""

from __future__ import annotations

from specs.service_spec import DefaultDatabaseSpec

spec = DefaultDatabaseSpec(
    name="postgres",
    connection="connectors.postgres.connection.config:PostgresConnection",
    metadata_source_class="connectors.postgres.metadata:PostgresSource",
    lineage_source_class="connectors.postgres.lineage:PostgresLineage",
    usage_source_class="connectors.postgres.usage:PostgresUsage",
    schemes=("postgresql", "postgres"),
    drivers=frozenset({"asyncpg", "pg8000", "psycopg", "psycopg2", "psycopg2cffi", "psycopg_async"}),
    driver="psycopg",
    extra="postgres",
    capabilities=frozenset(
        {"views", "procedures", "sequences", "types", "triggers", "partitions", "statistics", "sizes"}
    ),
)
