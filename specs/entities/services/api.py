"""Entities of API services: collections and endpoints."""

from __future__ import annotations

from typing import Annotated

from specs.entities.base import Entity, Name, Part, Prose, ordered
from specs.entities.database.tables import Column


class ApiCollection(Entity):
    """One API: a group of endpoints under one base URL."""

    url: str | None = None
    version: str | None = None
    specification: str | None = None
    """``openapi``, ``graphql``, ``grpc`` or ``asyncapi``."""


class Parameter(Part):
    """One parameter of a request; ``place`` is ``path``, ``query``, ``header`` or ``cookie``."""

    name: Name
    place: str
    native_type: Name | None = None
    required: bool = False
    comment: Prose | None = None


class ApiEndpoint(Entity):
    """One operation. Its name in the FQN is method and path: ``GET /orders/{id}``."""

    method: str
    path: str
    url: str | None = None
    deprecated: bool = False
    parameters: Annotated[tuple[Parameter, ...], ordered(lambda parameter: (parameter.place, parameter.name))] = ()
    request: tuple[Column, ...] = ()
    """The fields of the request's body."""
    response: tuple[Column, ...] = ()
    """The fields of the answer that means success."""

    def search_text(self) -> str:
        return " ".join((super().search_text(), self.path, *(field.name for field in self.response)))
