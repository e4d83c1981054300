"""Entities of dashboard services: dashboards, their charts, and the data models that charts draw on."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from specs.entities.base import Entity, Name, Part, ordered
from specs.entities.database.tables import Column


class DataModel(Entity):
    """A dataset, view or semantic model inside the dashboard tool. ``inputs`` are the FQNs of what it reads."""

    kind: str | None = None
    """What the tool calls it: ``dataset``, ``explore``, ``question`` ..."""
    project: Name | None = None
    url: str | None = None
    columns: tuple[Column, ...] = ()
    sql: Name | None = None
    inputs: Annotated[tuple[str, ...], ordered()] = ()

    SHARED: ClassVar[tuple[str, ...]] = ("columns",)


class Chart(Entity):
    """One picture. ``data_models`` and ``inputs`` are FQNs."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"altered_at"})

    chart_type: str | None = None
    url: str | None = None
    sql: Name | None = None
    data_models: Annotated[tuple[str, ...], ordered()] = ()
    inputs: Annotated[tuple[str, ...], ordered()] = ()
    altered_at: datetime | None = None


class DashboardTab(Part):
    """A page of a dashboard; ``charts`` are FQNs in the order of the page."""

    name: Name
    charts: tuple[str, ...] = ()


class Dashboard(Entity):
    """A dashboard; ``charts`` and ``data_models`` are FQNs."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"altered_at", "views"})

    project: Name | None = None
    """The folder, workspace or collection that it lies in."""
    url: str | None = None
    published: bool | None = None
    charts: Annotated[tuple[str, ...], ordered()] = ()
    data_models: Annotated[tuple[str, ...], ordered()] = ()
    tabs: tuple[DashboardTab, ...] = ()
    altered_at: datetime | None = None
    views: int | None = None
    """How often it was viewed, where the tool counts that."""
