"""Recipes: which service to crawl, what to extract, how hard to lean on it, what may be deleted, where to send it.

A recipe is data: frozen when its run starts, stored with references (``${env:X}``) in place of secrets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from specs import registry
from specs.config import Limits, StrictModel
from specs.errors import known_values
from specs.recipe.extract import Extract, extract_of, plain
from specs.recipe.problems import problems, told, validate
from specs.service_spec import METADATA


def _trimmed(value: str) -> str:
    if not value.strip() or value != value.strip():
        raise ValueError("should be a name without blanks at its ends")
    return value


Label = Annotated[str, AfterValidator(_trimmed), Field(min_length=1, max_length=256)]


class ServiceRef(StrictModel):
    """One source system under one name."""

    name: Label = Field(description="The name of the service in the catalog; the first part of every FQN below it.")
    type: Label = Field(description="The connector, as listed by `headrace connectors`, or module:attribute.")


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
        """A key whose lines are all commented out reads as null. What the connector extracts by itself is its own."""
        if not isinstance(data, dict):
            return data
        return {"extract": {}} | {key: value for key, value in data.items() if value is not None}

    @field_validator("extract", mode="wrap")
    @classmethod
    def _as_the_connector_reads_it(cls, value: Any, handler: Any, info: ValidationInfo) -> Extract:
        """A dashboard's filters are not a database's: each connector has models of its own.

        Which parts there are is not known as long as ``service`` has a mistake: then only metadata is looked at.
        """
        service = info.data.get("service")
        model = extract_of(service.type) if service is not None else Extract
        if service is None and isinstance(value, dict):
            value = {key: section for key, section in value.items() if key == METADATA}
        try:
            return value if isinstance(value, Extract) else plain(model.model_validate(value))
        except ValidationError as error:
            raise told(problems(error, model)) from None

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts that the recipe asks for."""
        return self.extract.parts

    def narrowed(self, parts: Sequence[str]) -> Recipe:
        """The recipe for only these parts; one that it does not ask for yet has its defaults.

        Raises ``UsageError`` for a part that the connector does not have.
        """
        if not parts:
            return self
        known = registry.load(self.service.type).parts
        for part in parts:
            if part not in known:
                raise known_values("unknown part", part, known)
        data = self.to_dict()
        written: dict[str, Any] = data["extract"]
        sections = {part: written[part] or True for part in parts if part != METADATA}
        extract = written | sections | {"only": list(dict.fromkeys(parts))}
        return Recipe.from_dict(data | {"extract": extract})

    @model_validator(mode="after")
    def _sinks_have_types(self) -> Recipe:
        for at, sink in enumerate(self.sinks):
            if not isinstance(sink.get("type"), str):
                raise ValueError(f"sinks.{at}: missing key 'type'")
        return self

    def to_dict(self) -> dict[str, Any]:
        """JSON-able form; what the ledger stores."""
        found = self.model_dump(mode="json")
        if not found["extract"]["only"]:
            del found["extract"]["only"]
        return found

    @classmethod
    def from_dict(cls, data: Any, *, where: str = "recipe") -> Recipe:
        """Raises ``UsageError`` naming every mistake."""
        return validate(cls, data, where=where)
