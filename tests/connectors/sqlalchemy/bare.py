"""The generic connector without what it asks of some databases itself: only what the inspector tells."""

from __future__ import annotations

from connectors.common.sql.inspector.metadata import InspectorSource
from connectors.sqlalchemy.connection import SqlalchemyConnection
from specs.service_spec import DefaultDatabaseSpec


class BareSource(InspectorSource):
    @property
    def catalog(self) -> None:
        return None


spec = DefaultDatabaseSpec(name="bare", connection=SqlalchemyConnection, metadata_source_class=BareSource)
