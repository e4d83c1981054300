"""The abstract sources, one module per service type, exported flat. Each carries its service type's topology."""

from specs.sources.api import ApiSource
from specs.sources.base import Presence, Source, Step
from specs.sources.dashboard import DashboardSource
from specs.sources.database import DatabaseSource
from specs.sources.lineage import LineageSource
from specs.sources.messaging import MessagingSource
from specs.sources.mlmodel import MlModelSource
from specs.sources.pipeline import PipelineSource
from specs.sources.search import SearchSource
from specs.sources.service import ServiceSource, identity, service_node
from specs.sources.storage import StorageSource
from specs.sources.usage import UsageSource

__all__ = [
    "ApiSource",
    "DashboardSource",
    "DatabaseSource",
    "LineageSource",
    "MessagingSource",
    "MlModelSource",
    "PipelineSource",
    "Presence",
    "SearchSource",
    "ServiceSource",
    "Source",
    "Step",
    "StorageSource",
    "UsageSource",
    "identity",
    "service_node",
]
