"""The catalog's objects, one module per service type, exported flat.

``entity_types`` finds a class by the name that catalog and people use: ``entity_types["Table"]``.
"""

from collections.abc import Mapping
from types import MappingProxyType

from specs.entities.access import Grant, Policy, Securable
from specs.entities.api import ApiCollection, ApiEndpoint, Parameter
from specs.entities.base import Entity, Name, Part, Properties, Prose, content_hash
from specs.entities.constraints import Constraint, ConstraintKind
from specs.entities.dashboard import Chart, Dashboard, DashboardTab, DataModel
from specs.entities.database import (
    Column,
    Database,
    DataType,
    Partitioning,
    Schema,
    Sequence,
    Service,
    Table,
    TableType,
    UserType,
)
from specs.entities.dependencies import Dependency
from specs.entities.indexes import Index, IndexKey
from specs.entities.lineage import ColumnEdge, Edge, Lineage
from specs.entities.messaging import ConsumerGroup, MessageSchema, Topic
from specs.entities.mlmodel import Feature, Model, ModelVersion
from specs.entities.objects import DatabaseObject
from specs.entities.pipeline import Pipeline, Task
from specs.entities.profile import ColumnProfile, Histogram, TableProfile
from specs.entities.rewriting import ExtendedStatistics, RewriteRule
from specs.entities.routines import Argument, StoredProcedure
from specs.entities.search import SearchIndex, SearchTemplate
from specs.entities.storage import Bucket, Container
from specs.entities.triggers import Trigger
from specs.entities.usage import DayUse, Join, QueryUse, Usage

__all__ = [
    "ApiCollection",
    "ApiEndpoint",
    "Argument",
    "Bucket",
    "Chart",
    "Column",
    "ColumnEdge",
    "ColumnProfile",
    "Constraint",
    "ConstraintKind",
    "ConsumerGroup",
    "Container",
    "Dashboard",
    "DashboardTab",
    "DataModel",
    "DataType",
    "Database",
    "DatabaseObject",
    "DayUse",
    "Dependency",
    "Edge",
    "Entity",
    "ExtendedStatistics",
    "Feature",
    "Grant",
    "Histogram",
    "Index",
    "IndexKey",
    "Join",
    "Lineage",
    "MessageSchema",
    "Model",
    "ModelVersion",
    "Name",
    "Parameter",
    "Part",
    "Partitioning",
    "Pipeline",
    "Policy",
    "Properties",
    "Prose",
    "QueryUse",
    "RewriteRule",
    "Schema",
    "SearchIndex",
    "SearchTemplate",
    "Securable",
    "Sequence",
    "Service",
    "StoredProcedure",
    "Table",
    "TableProfile",
    "TableType",
    "Task",
    "Topic",
    "Trigger",
    "Usage",
    "UserType",
    "content_hash",
    "entity_types",
]

entity_types: Mapping[str, type[Entity]] = MappingProxyType(
    {
        entity.type_name(): entity
        for entity in (
            *(Service, Database, Schema, Table, StoredProcedure, Sequence, UserType, Trigger, DatabaseObject),
            *(Dashboard, Chart, DataModel, Pipeline, Topic, ConsumerGroup, Bucket, Container),
            *(Model, ModelVersion, SearchIndex, SearchTemplate, ApiCollection, ApiEndpoint),
            *(Lineage, Usage, TableProfile),
        )
    }
)
"""Every entity type by its name."""
