"""Entities of messaging services: topics, the schemas of their messages, and who consumes them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from specs.entities.base import Entity, Name, Part, Properties, ordered
from specs.entities.database.tables import Column


class MessageSchema(Part):
    """The schema of a key or value: its text as registered, and its fields as a tree."""

    format: Literal["avro", "json", "protobuf", "other"]
    text: Name | None = None
    subject: Name | None = None
    version: int | None = None
    fields: tuple[Column, ...] = ()


class Topic(Entity):
    """A topic, stream, queue or subject. ``retention_ms`` and ``retention_bytes``: ``-1`` keeps everything."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"messages", "size_bytes"})

    partitions: int | None = None
    replication: int | None = None
    cleanup: Annotated[tuple[str, ...], ordered()] = ()
    """``delete``, ``compact`` or both."""
    retention_ms: int | None = None
    retention_bytes: int | None = None
    max_message_bytes: int | None = None
    key_schema: MessageSchema | None = None
    value_schema: MessageSchema | None = None
    properties: Properties = Field(default_factory=dict)
    messages: int | None = None
    size_bytes: int | None = None

    def search_text(self) -> str:
        fields = self.value_schema.fields if self.value_schema else ()
        return " ".join((super().search_text(), *(field.name for field in fields)))


class ConsumerGroup(Entity):
    """Who reads; ``topics`` are FQNs. Lag and members change all the time."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"members", "lag"})

    topics: Annotated[tuple[str, ...], ordered()] = ()
    members: int | None = None
    lag: int | None = None
