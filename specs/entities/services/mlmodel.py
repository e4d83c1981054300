"""Entities of model registries: models and their versions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from specs.entities.base import Entity, Name, Part, Properties, Prose, ordered


class Feature(Part):
    """One input of a model; ``sources`` are the FQNs of the columns or tables that it comes from."""

    name: Name
    native_type: Name | None = None
    comment: Prose | None = None
    sources: Annotated[tuple[str, ...], ordered()] = ()


class Model(Entity):
    """A registered model."""

    algorithm: str | None = None
    target: Name | None = None
    """What it predicts."""
    server: str | None = None
    """The URL at which it makes predictions."""
    dashboard: str | None = None
    """The FQN of the dashboard that monitors it."""
    features: Annotated[tuple[Feature, ...], ordered(lambda feature: feature.name)] = ()
    properties: Properties = Field(default_factory=dict)
    latest: str | None = None

    def search_text(self) -> str:
        return " ".join((super().search_text(), *(feature.name for feature in self.features)))


class ModelVersion(Entity):
    """One version of a model; ``parent`` is the model. ``metrics`` are measured once, by training."""

    VOLATILE: ClassVar[frozenset[str]] = frozenset({"altered_at"})

    stage: str | None = None
    run: str | None = None
    """The training run, as the registry names it."""
    location: str | None = None
    hyper_parameters: Properties = Field(default_factory=dict)
    metrics: Properties = Field(default_factory=dict)
    created_at: datetime | None = None
    altered_at: datetime | None = None
