from typing import NoReturn

from connectors.common.sql.inspector.connection import DialectConnection as DialectConnection
from connectors.common.sql.inspector.metadata import InspectorSource as InspectorSource
from connectors.common.sql.lineage.source import DatabaseLineage as DatabaseLineage
from scheduler.app.lineage.graph import LineageGraph as LineageGraph
from scheduler.app.lineage.graph import LineageLink as LineageLink
from scheduler.app.lineage.graph import LineageNode as LineageNode
from scheduler.app.lineage.impact import Affected as Affected
from scheduler.app.lineage.impact import Impact as Impact
from scheduler.app.lineage.overview import GroupLink as GroupLink
from scheduler.app.lineage.overview import LineageOverview as LineageOverview
from scheduler.app.programs.opened_catalog import OpenCatalog as OpenCatalog
from scheduler.app.programs.python_api import catalog as catalog
from scheduler.app.programs.python_api import crawl as crawl
from scheduler.app.programs.python_api import resume as resume
from scheduler.app.programs.python_api import retry as retry
from scheduler.app.runs.summary import Progress as Progress
from scheduler.app.runs.summary import Summary as Summary
from scheduler.app.usage.buckets import BucketSum as BucketSum
from scheduler.app.usage.buckets import UsedDay as UsedDay
from scheduler.app.usage.usage import ContainerUsage as ContainerUsage
from scheduler.app.usage.usage import MostUsed as MostUsed
from scheduler.app.usage.usage import ObjectUsage as ObjectUsage
from scheduler.app.usage.usage import UnusedObjects as UnusedObjects
from specs import names as names
from specs.config import NO_SECRET as NO_SECRET
from specs.config import ConnectionConfig as ConnectionConfig
from specs.config import Limits as Limits
from specs.config import LocalFile as LocalFile
from specs.config import MetadataExtract as MetadataExtract
from specs.contracts.sink import Bounds as Bounds
from specs.contracts.sink import Change as Change
from specs.contracts.sink import Refused as Refused
from specs.contracts.sink import StoredLineage as StoredLineage
from specs.contracts.sink import TypedFqn as TypedFqn
from specs.entities import *
from specs.errors import Fatal as Fatal
from specs.errors import HeadraceError as HeadraceError
from specs.errors import Retry as Retry
from specs.errors import Skip as Skip
from specs.errors import Stop as Stop
from specs.errors import UsageError as UsageError
from specs.recipe.recipe import Recipe as Recipe
from specs.recipe.recipe import ServiceRef as ServiceRef
from specs.service_spec import DashboardSpec as DashboardSpec
from specs.service_spec import DefaultDatabaseSpec as DefaultDatabaseSpec
from specs.service_spec import ServiceSpec as ServiceSpec
from specs.sink_spec import SinkConfig as SinkConfig
from specs.sink_spec import SinkSpec as SinkSpec
from specs.sources import *
from specs.testing.connector import ConnectorSuite as ConnectorSuite
from specs.testing.sink import ChangesSuite as ChangesSuite
from specs.testing.sink import MemoryLineage as MemoryLineage
from specs.testing.sink import SnapshotSuite as SnapshotSuite
from specs.topology.node import Item as Item
from specs.topology.node import Node as Node
from specs.topology.node import Outcome as Outcome
from specs.topology.node import Produced as Produced
from specs.topology.node import Stage as Stage
from specs.topology.node import Topology as Topology
from specs.topology.scope import KeyRange as KeyRange
from specs.topology.scope import Scope as Scope
from workers.lineage.hops import FlowPlace as FlowPlace

PACKAGES: tuple[str, ...]
__all__: list[str]

def foreign() -> str: ...
def main() -> NoReturn: ...
