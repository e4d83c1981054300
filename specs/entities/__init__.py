"""The catalog's objects, one module per family of services, exported flat.

``entity_types`` finds a class by the name that catalog and people use: ``entity_types["Table"]``. A module is imported
when one of its names is first used: a crawl of databases needs no dashboards.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from specs.exports import lazy

if TYPE_CHECKING:
    from specs.entities.access import Grant as Grant
    from specs.entities.access import Policy as Policy
    from specs.entities.access import Securable as Securable
    from specs.entities.base import Entity as Entity
    from specs.entities.base import Name as Name
    from specs.entities.base import Part as Part
    from specs.entities.base import Properties as Properties
    from specs.entities.base import Prose as Prose
    from specs.entities.base import content_hash as content_hash
    from specs.entities.database.constraints import Constraint as Constraint
    from specs.entities.database.constraints import ConstraintKind as ConstraintKind
    from specs.entities.database.indexes import Index as Index
    from specs.entities.database.indexes import IndexKey as IndexKey
    from specs.entities.database.objects import DatabaseObject as DatabaseObject
    from specs.entities.database.rewrite_rules import ExtendedStatistics as ExtendedStatistics
    from specs.entities.database.rewrite_rules import RewriteRule as RewriteRule
    from specs.entities.database.routines import Argument as Argument
    from specs.entities.database.routines import StoredProcedure as StoredProcedure
    from specs.entities.database.tables import Column as Column
    from specs.entities.database.tables import Database as Database
    from specs.entities.database.tables import DataType as DataType
    from specs.entities.database.tables import Partitioning as Partitioning
    from specs.entities.database.tables import Schema as Schema
    from specs.entities.database.tables import Sequence as Sequence
    from specs.entities.database.tables import Service as Service
    from specs.entities.database.tables import Table as Table
    from specs.entities.database.tables import TableType as TableType
    from specs.entities.database.tables import UserType as UserType
    from specs.entities.database.triggers import Trigger as Trigger
    from specs.entities.dependencies import Dependency as Dependency
    from specs.entities.lineage import ColumnFlow as ColumnFlow
    from specs.entities.lineage import ColumnSource as ColumnSource
    from specs.entities.lineage import Edge as Edge
    from specs.entities.lineage import EdgeUse as EdgeUse
    from specs.entities.lineage import Flow as Flow
    from specs.entities.lineage import Lineage as Lineage
    from specs.entities.lineage import LineageLog as LineageLog
    from specs.entities.lineage import LoggedText as LoggedText
    from specs.entities.lineage import LogWatermark as LogWatermark
    from specs.entities.profile import ColumnProfile as ColumnProfile
    from specs.entities.profile import Histogram as Histogram
    from specs.entities.profile import TableProfile as TableProfile
    from specs.entities.services.api import ApiCollection as ApiCollection
    from specs.entities.services.api import ApiEndpoint as ApiEndpoint
    from specs.entities.services.api import Parameter as Parameter
    from specs.entities.services.dashboard import Chart as Chart
    from specs.entities.services.dashboard import Dashboard as Dashboard
    from specs.entities.services.dashboard import DashboardTab as DashboardTab
    from specs.entities.services.dashboard import DataModel as DataModel
    from specs.entities.services.messaging import ConsumerGroup as ConsumerGroup
    from specs.entities.services.messaging import MessageSchema as MessageSchema
    from specs.entities.services.messaging import Topic as Topic
    from specs.entities.services.mlmodel import Feature as Feature
    from specs.entities.services.mlmodel import Model as Model
    from specs.entities.services.mlmodel import ModelVersion as ModelVersion
    from specs.entities.services.pipeline import Pipeline as Pipeline
    from specs.entities.services.pipeline import Task as Task
    from specs.entities.services.search import SearchIndex as SearchIndex
    from specs.entities.services.search import SearchTemplate as SearchTemplate
    from specs.entities.services.storage import Bucket as Bucket
    from specs.entities.services.storage import Container as Container
    from specs.entities.usage import ColumnUse as ColumnUse
    from specs.entities.usage import Join as Join
    from specs.entities.usage import QueryUse as QueryUse
    from specs.entities.usage import Usage as Usage
    from specs.entities.usage import UsageCounters as UsageCounters
    from specs.entities.usage import UsageDay as UsageDay
else:
    __getattr__, __all__ = lazy(
        __name__,
        {
            "access": "Grant Policy Securable",
            "services.api": "ApiCollection ApiEndpoint Parameter",
            "base": "Entity Name Part Properties Prose content_hash",
            "database.constraints": "Constraint ConstraintKind",
            "services.dashboard": "Chart Dashboard DashboardTab DataModel",
            "database.tables": "Column Database DataType Partitioning Schema Sequence Service Table TableType UserType",
            "dependencies": "Dependency",
            "database.indexes": "Index IndexKey",
            "lineage": "ColumnFlow ColumnSource Edge EdgeUse Flow Lineage LineageLog LogWatermark LoggedText",
            "services.messaging": "ConsumerGroup MessageSchema Topic",
            "services.mlmodel": "Feature Model ModelVersion",
            "database.objects": "DatabaseObject",
            "services.pipeline": "Pipeline Task",
            "profile": "ColumnProfile Histogram TableProfile",
            "database.rewrite_rules": "ExtendedStatistics RewriteRule",
            "database.routines": "Argument StoredProcedure",
            "services.search": "SearchIndex SearchTemplate",
            "services.storage": "Bucket Container",
            "database.triggers": "Trigger",
            "usage": "ColumnUse Join QueryUse Usage UsageCounters UsageDay",
        },
        own=["describes", "entity_types"],
    )


class _EntityTypes(Mapping[str, type["Entity"]]):
    """Finds the class when it is asked for; the names are known without."""

    NAMES = (
        "Service", "Database", "Schema", "Table", "StoredProcedure", "Sequence", "UserType", "Trigger",
        "DatabaseObject", "Dashboard", "Chart", "DataModel", "Pipeline", "Topic", "ConsumerGroup", "Bucket",
        "Container", "Model", "ModelVersion", "SearchIndex", "SearchTemplate", "ApiCollection", "ApiEndpoint",
        "Lineage", "LineageLog", "LogWatermark", "UsageDay", "Usage", "UsageCounters", "TableProfile",
    )  # fmt: skip

    def __getitem__(self, name: str) -> type[Entity]:
        if name not in self.NAMES:
            raise KeyError(name)
        found: type[Entity] = getattr(sys.modules[__name__], name)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.NAMES)

    def __len__(self) -> int:
        return len(self.NAMES)

    def __contains__(self, name: object) -> bool:
        return name in self.NAMES


entity_types: Mapping[str, type[Entity]] = _EntityTypes()
"""Every entity type by its name."""


def describes(type_: str) -> bool:
    """Whether entities of a type tell something of another object, whose name they have (``Entity.DESCRIBES``)."""
    return type_ in entity_types and entity_types[type_].DESCRIBES
