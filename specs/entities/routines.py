"""Functions and procedures of databases."""

from __future__ import annotations

from specs.entities.base import Entity, Name, Part


class Argument(Part):
    """One argument of a routine; ``mode`` is ``in``, ``out``, ``inout``, ``variadic`` or ``table``."""

    name: Name | None = None
    native_type: Name
    mode: str = "in"
    default: Name | None = None


class StoredProcedure(Entity):
    """A function or procedure. Its name in the FQN carries the argument types: ``tax(numeric, text)``."""

    kind: str = "procedure"
    """``function``, ``procedure``, ``aggregate``, ``window`` or ``macro``."""
    language: str | None = None
    arguments: tuple[Argument, ...] = ()
    returns: Name | None = None
    code: Name | None = None
    deterministic: bool | None = None
    security_definer: bool | None = None
