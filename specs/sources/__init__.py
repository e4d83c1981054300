"""The abstract sources, one module per service type, exported flat. Each carries its service type's topology.

A module is imported when one of its names is first used: a crawl of databases needs no sources of dashboards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from specs.exports import lazy

if TYPE_CHECKING:
    from specs.sources.api import ApiSource as ApiSource
    from specs.sources.base import Presence as Presence
    from specs.sources.base import Source as Source
    from specs.sources.base import Step as Step
    from specs.sources.dashboard import DashboardSource as DashboardSource
    from specs.sources.database import DatabaseSource as DatabaseSource
    from specs.sources.lineage import LineageSource as LineageSource
    from specs.sources.messaging import MessagingSource as MessagingSource
    from specs.sources.mlmodel import MlModelSource as MlModelSource
    from specs.sources.pipeline import PipelineSource as PipelineSource
    from specs.sources.search import SearchSource as SearchSource
    from specs.sources.service import ServiceSource as ServiceSource
    from specs.sources.service import identity as identity
    from specs.sources.service import service_node as service_node
    from specs.sources.storage import StorageSource as StorageSource
    from specs.sources.usage import UsageSource as UsageSource
else:
    __getattr__, __all__ = lazy(
        __name__,
        {
            "api": "ApiSource",
            "base": "Presence Source Step",
            "dashboard": "DashboardSource",
            "database": "DatabaseSource",
            "lineage": "LineageSource",
            "messaging": "MessagingSource",
            "mlmodel": "MlModelSource",
            "pipeline": "PipelineSource",
            "search": "SearchSource",
            "service": "ServiceSource identity service_node",
            "storage": "StorageSource",
            "usage": "UsageSource",
        },
    )
