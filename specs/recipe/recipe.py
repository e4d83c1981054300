"""Recipes: which service to crawl, what to extract, how hard to lean on it, what may be deleted, where to send it.

A recipe is data: frozen when its run starts, stored with references (``${env:X}``) in place of secrets.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from specs.config import Limits, MetadataExtract, StrictModel
from specs.recipe.problems import validate


def _later(value: Any) -> Any:
    """A key of later work: refused rather than skipped in silence."""
    if value is None or value is False:
        return False
    raise ValueError("not available yet; remove it or set it to false")


def _trimmed(value: str) -> str:
    if not value.strip() or value != value.strip():
        raise ValueError("should be a name without blanks at its ends")
    return value


Later = Annotated[bool, BeforeValidator(_later)]
Label = Annotated[str, AfterValidator(_trimmed), Field(min_length=1, max_length=256)]


class ServiceRef(StrictModel):
    """One source system under one name."""

    name: Label = Field(description="The name of the service in the catalog; the first part of every FQN below it.")
    type: Label = Field(description="The connector, as listed by `headrace connectors`, or module:attribute.")


class Extract(StrictModel):
    """What to extract."""

    metadata: Annotated[MetadataExtract, BeforeValidator(lambda value: {} if value is None else value)] = Field(
        default=MetadataExtract(), description="What exists and what it looks like."
    )
    lineage: Later = Field(default=False, description="What feeds what. Not available yet.")
    usage: Later = Field(default=False, description="Who asks for what. Not available yet.")
    profile: Later = Field(default=False, description="Statistics of the data. Not available yet.")
    classify: Later = Field(default=False, description="Find personal data. Not available yet.")


class Deletion(StrictModel):
    """How much may vanish in one run before a person must approve.

    Deletions wait above both caps, of one scope or of the service as a whole.
    """

    enabled: bool = Field(default=True, description="Look for objects that are gone; false deletes nothing.")
    max_fraction: float = Field(
        default=0.1, ge=0, le=1, description="The fraction of the objects, in a scope or in the service."
    )
    max_objects: int = Field(default=10, ge=0, description="The number of objects, in a scope or in the service.")


class Recipe(StrictModel):
    """One recipe. ``connection`` and ``sinks`` stay as written: connector and sink have their own models."""

    service: ServiceRef = Field(description="Which service.")
    connection: dict[str, Any] = Field(default={}, description="How to reach it; see `headrace connectors TYPE`.")
    extract: Extract = Field(default=Extract(), description="What to extract.")
    limits: Limits = Field(default=Limits(), description="How hard to lean on the source.")
    deletion: Deletion = Field(default=Deletion(), description="How much may vanish in one run.")
    sinks: tuple[dict[str, Any], ...] = Field(default=(), description="Where to send it besides the catalog.")

    @model_validator(mode="before")
    @classmethod
    def _empty_means_default(cls, data: Any) -> Any:
        """A key whose lines are all commented out reads as null."""
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _sinks_have_types(self) -> Recipe:
        for at, sink in enumerate(self.sinks):
            if not isinstance(sink.get("type"), str):
                raise ValueError(f"sinks.{at}: missing key 'type'")
        return self

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form; what the ledger stores."""
        return self.model_dump(mode="json")

    @classmethod
    def from_dict(cls, data: Any, *, where: str = "recipe") -> Recipe:
        """Raises ``UsageError`` naming every mistake."""
        return validate(cls, data, where=where)
