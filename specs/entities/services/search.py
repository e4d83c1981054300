"""Entities of search services: indexes and index templates."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from specs.entities.base import Entity, Name, Properties, ordered
from specs.entities.database.tables import Column


class SearchIndex(Entity):
    """An index, or a data stream with its backing indexes; ``fields`` is the mapping as a tree."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"documents", "size_bytes", "health"})

    kind: str = "index"
    """``index``, ``data_stream`` or ``alias``."""
    fields: tuple[Column, ...] = ()
    aliases: Annotated[tuple[Name, ...], ordered()] = ()
    shards: int | None = None
    replicas: int | None = None
    settings: Properties = Field(default_factory=dict)
    documents: int | None = None
    size_bytes: int | None = None
    health: str | None = None

    def search_text(self) -> str:
        return " ".join((super().search_text(), *(field.name for field in self.fields)))


class SearchTemplate(Entity):
    """What new indexes of matching names look like."""

    patterns: Annotated[tuple[Name, ...], ordered()] = ()
    priority: int | None = None
    fields: tuple[Column, ...] = ()
    settings: Properties = Field(default_factory=dict)
