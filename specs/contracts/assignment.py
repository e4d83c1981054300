"""What a run begins with, and what is handed to those who work on it: each travels as one frozen object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from specs.contracts.work import Run, Via
from specs.recipe.recipe import Recipe
from specs.topology.events import Start

NO_SECRETS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Opening:
    """Everything that the ledger writes down when it opens a run. ``recipe`` has references instead of secrets.

    ``slots`` is how many units of the service may be worked on at once. ``deletes``: absence may count as deletion;
    ``parent`` is the run of which this is a retry. ``deadline`` is in seconds from the moment of opening.
    """

    service: str
    service_type: str
    recipe: Mapping[str, Any]
    roots: tuple[Start, ...]
    slots: int
    parent: str | None = None
    deletes: bool = True
    via: Via = "embedded"
    schedule: str | None = None
    deadline: float | None = None
    accept_identity: bool = False


@dataclass(frozen=True, slots=True)
class UnitBudget:
    """After so many objects or seconds the rest of a leaf listing is named as units of its own.

    ``children``: after so many units named a unit gives itself back; as deeper ones are claimed first, it goes on
    when those are taken. ``pause`` is the base of the waits between tries, in seconds. ``beginnings``: claims of a
    root unit whose source never answered, after which the run is over.
    """

    children: int = 10_000
    objects: int = 20_000
    seconds: float = 60.0
    pause: float = 0.5
    beginnings: int = 1


@dataclass(frozen=True, slots=True)
class Assignment:
    """An open run as its workers get it. ``secrets`` answer the recipe's prompts by name, and are never shown.

    ``accept_identity``: the service may have moved to another server.
    """

    run: str
    recipe: Recipe
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    accept_identity: bool = False
    budget: UnitBudget = UnitBudget()

    @classmethod
    def of(
        cls, run: Run, secrets: Mapping[str, str] = NO_SECRETS, *, accept_identity: bool = False,
        budget: UnitBudget | None = None,
    ) -> Assignment:  # fmt: skip
        """The assignment of a run as the ledger has it, whoever opened it and how.

        Raises ``UsageError`` when this version of the program does not understand its recipe.
        """
        recipe = Recipe.from_dict(run.recipe, where=f"run {run.id}")
        return cls(run.id, recipe, dict(secrets), accept_identity or run.accept_identity, budget or UnitBudget())
