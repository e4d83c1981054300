"""The abstract sources, one module per family of services, exported flat. Each has its family's topology.

A module is imported when one of its names is first used, because a crawl of databases needs no sources of dashboards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.exports import lazy

if TYPE_CHECKING:
    from specs.sources.base import Presence as Presence
    from specs.sources.base import Source as Source
    from specs.sources.base import Step as Step
    from specs.sources.containers import container_types as container_types
    from specs.sources.database.lineage import LineageSource as LineageSource
    from specs.sources.database.metadata import DatabaseSource as DatabaseSource
    from specs.sources.database.usage import UsageSource as UsageSource
    from specs.sources.service import ServiceSource as ServiceSource
    from specs.sources.service import identity as identity
    from specs.sources.service import service_node as service_node
    from specs.sources.services.api import ApiSource as ApiSource
    from specs.sources.services.dashboard import DashboardSource as DashboardSource
    from specs.sources.services.messaging import MessagingSource as MessagingSource
    from specs.sources.services.mlmodel import MlModelSource as MlModelSource
    from specs.sources.services.pipeline import PipelineSource as PipelineSource
    from specs.sources.services.search import SearchSource as SearchSource
    from specs.sources.services.storage import StorageSource as StorageSource
else:
    __getattr__, __all__ = lazy(
        __name__,
        {
            "services.api": "ApiSource",
            "base": "Presence Source Step",
            "containers": "container_types",
            "services.dashboard": "DashboardSource",
            "database.metadata": "DatabaseSource",
            "database.lineage": "LineageSource",
            "services.messaging": "MessagingSource",
            "services.mlmodel": "MlModelSource",
            "services.pipeline": "PipelineSource",
            "services.search": "SearchSource",
            "service": "ServiceSource identity service_node",
            "services.storage": "StorageSource",
            "database.usage": "UsageSource",
        },
    )
