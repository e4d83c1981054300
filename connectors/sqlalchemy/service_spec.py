"""Binds the parts of the SQLAlchemy connector; URLs like ``dialect+driver://`` come here."""

from specs.service_spec import DefaultDatabaseSpec

spec = DefaultDatabaseSpec(
    name="sqlalchemy",
    connection="connectors.sqlalchemy.connection:SqlalchemyConnection",
    metadata_source_class="connectors.common.sql.inspector.metadata:InspectorSource",
    lineage_source_class="connectors.common.sql.lineage.source:DatabaseLineage",
    usage_source_class="connectors.common.sql.usage.source:LogUsage",
    capabilities=frozenset({"views", "sequences", "checks", "indexes", "foreign_keys", "comments"}),
)
