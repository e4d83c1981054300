"""Entities of object stores and file systems: buckets, and the containers of like files in them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from specs.entities.base import Entity, Properties, ordered
from specs.entities.database.tables import Column, Partitioning


class Bucket(Entity):
    """A bucket, share or root folder."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"objects", "size_bytes"})

    region: str | None = None
    versioned: bool | None = None
    encryption: str | None = None
    properties: Properties = Field(default_factory=dict)
    created_at: datetime | None = None
    objects: int | None = None
    size_bytes: int | None = None


class Container(Entity):
    """A folder of like files, or one file: what a person would call a table. ``path`` is relative to the bucket."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"objects", "size_bytes", "altered_at"})
    SHARED: ClassVar[tuple[str, ...]] = ("columns",)

    path: str
    formats: Annotated[tuple[str, ...], ordered()] = ()
    compression: str | None = None
    columns: tuple[Column, ...] = ()
    partitioning: Partitioning | None = None
    properties: Properties = Field(default_factory=dict)
    objects: int | None = None
    size_bytes: int | None = None
    altered_at: datetime | None = None

    def search_text(self) -> str:
        return " ".join((super().search_text(), *(column.name for column in self.columns)))
