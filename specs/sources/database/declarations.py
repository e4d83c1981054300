"""Lineage that people declare in a recipe, where no text and no log tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field, field_validator, model_validator

from specs import names
from specs.config import StrictModel


class DeclaredEdge(StrictModel):
    """One object that feeds another one; both may belong to any service of the catalog."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    source: str = Field(alias="from", description="The FQN of the object that data comes from.")
    target: str = Field(alias="to", description="The FQN of the object that it goes to.")
    columns: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="Columns of the target, each with those of the source that it is made of."
    )
    note: str | None = Field(default=None, description="Why it is so, for people.")

    @field_validator("source", "target")
    @classmethod
    def _is_name(cls, fqn: str) -> str:
        if len(names.split(fqn)) < 2:  # ValueError for what is no name at all
            raise ValueError(f"{fqn!r} is no whole name; write it as headrace shows it: service.database.schema.table")
        return fqn

    @field_validator("columns", mode="before")
    @classmethod
    def _of_one(cls, columns: Any) -> Any:
        """A column that is made of one may be written without a list."""
        if not isinstance(columns, Mapping):
            return columns
        return {name: [each] if isinstance(each, str) else each for name, each in columns.items()}

    @model_validator(mode="after")
    def _leads_elsewhere(self) -> DeclaredEdge:
        if self.source == self.target:
            raise ValueError(f"{self.source!r} feeds itself")
        return self


class DeclaredLineage(StrictModel):
    """The content of a file of declared lineage."""

    declared: tuple[DeclaredEdge, ...] = Field(default=(), description="What feeds what.")
