"""The parameters with which a run is opened, and those with which workers work on it, each as one frozen object."""

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
    """Everything that the ledger stores when it opens a run. ``recipe`` has references instead of secrets.

    ``slots`` is the number of units of the service that may run at once. ``deletes``: objects that are not listed may
    be deleted; ``parent`` is the run of which this is a retry. ``deadline`` is in seconds from the opening. ``roots``
    are the starts of the first units; ``via`` says whether a single command or a cluster works on the run.
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
    """How much one unit does: after ``objects`` objects or ``seconds`` seconds, the rest of a leaf listing becomes
    units of its own, which other workers can claim; not that of one that is read as a whole.

    After ``children`` child units a unit is released; it goes on when these are claimed, because deeper units are
    claimed first. ``pause`` is the base of the waits between tries, in seconds. ``beginnings`` is the number of claims
    of a root unit whose source never answered after which the run fails.
    """

    children: int = 10_000
    objects: int = 20_000
    seconds: float = 60.0
    pause: float = 0.5
    beginnings: int = 1


@dataclass(frozen=True, slots=True)
class Assignment:
    """An open run as its workers get it. ``secrets`` are the answers to the recipe's prompts by name, and are never
    shown.

    ``accept_identity``: another server than before is accepted.
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
        """The assignment of an open run, made from the ledger's row.

        Raises ``UsageError`` when this version of the program does not understand its recipe.
        """
        recipe = Recipe.from_dict(run.recipe, where=f"run {run.id}")
        return cls(run.id, recipe, dict(secrets), accept_identity or run.accept_identity, budget or UnitBudget())
