"""Functions and procedures of databases."""

from __future__ import annotations

from pydantic import Field

from specs.entities.access import Securable
from specs.entities.base import Name, Part, Properties


class Argument(Part):
    """One argument of a routine; ``mode`` is ``in``, ``out``, ``inout``, ``variadic`` or ``table``."""

    name: Name | None = None
    native_type: Name
    mode: str = "in"
    default: Name | None = None


class StoredProcedure(Securable):
    """A function, a procedure, a package of them, or an event that the server runs by itself. Its name in the FQN
    carries the argument types: ``tax(numeric, text)``; that of a package or event its kind: ``package body tax``."""

    kind: str = "procedure"
    """``function``, ``procedure``, ``aggregate``, ``window``, ``macro``, ``package``, ``package body`` or
    ``event`` (which the server runs by itself)."""
    language: str | None = None
    arguments: tuple[Argument, ...] = ()
    returns: Name | None = None
    code: Name | None = None
    deterministic: bool | None = None
    volatility: str | None = None
    """``immutable``, ``stable`` or ``volatile``."""
    strict: bool = False
    """Whether it is not called, and returns null, when an argument is null."""
    leakproof: bool = False
    parallel: str | None = None
    """``safe``, ``restricted`` or ``unsafe``."""
    cost: float | None = None
    """The planner's estimate of the cost of one call; ``None`` for the default."""
    rows: float | None = None
    """The planner's estimate of the rows that it returns; ``None`` for the default."""
    support: str | None = None
    """The FQN of the planner support function."""
    security_definer: bool | None = None
    definer: Name | None = None
    """The account with whose rights it runs, where the source allows another one than the owner."""
    settings: Properties = Field(default_factory=dict)
    """Settings of the session while it runs."""
    properties: Properties = Field(default_factory=dict)
