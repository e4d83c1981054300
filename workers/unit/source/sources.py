"""Builds the source that a unit reads: its spec found by name, its secrets resolved, its read mode as careful as the
unit needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from specs import registry
from specs.contracts.ledger import UnitLedger
from specs.contracts.work import Claim, Lost
from specs.recipe.problems import validate
from specs.recipe.recipe import Recipe
from specs.recipe.secrets import resolve
from specs.service_spec import METADATA
from specs.sources.base import Source
from specs.topology.node import Topology
from specs.topology.read_mode import FULL, ReadMode
from specs.topology.scope import Scope
from workers.store.retries import patiently

SLICES = (FULL, 250, 1, 1)
"""Keys in one slice, by the degree of care (``Claim.careful``, 0 to 3)."""

Opener = Callable[[str, ReadMode], Source]
"""Makes the source of a part."""


def topology(recipe: Recipe, part: str = METADATA) -> Topology[Source]:
    """The topology of a part of the recipe's service; imports the connector's source, but not its driver.

    Raises ``UsageError`` for an unknown connector and ``Fatal`` for a part that it does not have.
    """
    found: Topology[Source] = registry.load(recipe.service.type).source_class(part).topology
    return found


def build(recipe: Recipe, secrets: Mapping[str, str], reading: ReadMode | None = None, part: str = METADATA) -> Source:
    """The source of a part of a recipe; it connects when it is first used.

    Raises ``UsageError`` for an unknown connector, a reference that cannot be resolved or a mistake in the connection.
    """
    spec = registry.load(recipe.service.type)
    config = validate(spec.config_class(), resolve(recipe.connection, secrets), prefix=("connection",), where="recipe")
    settings = {} if part == METADATA else {"settings": getattr(recipe.extract, part) or None}
    made: Source = spec.source_class(part)(
        recipe.service.name, config, recipe.extract.metadata, recipe.limits, reading, **settings
    )
    return made


def reading(claim: Claim, ledger: UnitLedger, *, alone: bool = True, beside: int | None = None) -> ReadMode:
    """The read mode for a claim. A unit whose process died reads smaller slices, and in the end one key at a time, each
    noted in the ledger before it is read, so that the key that kills the process is known.

    ``alone``: no other unit is read in this process at the same time. ``beside`` are the bytes of data that a process
    of the source's may hold. The mode's ``touch`` raises ``Lost`` when another worker holds the unit now."""
    careful = claim.careful

    def touch(node: str, listing: Scope, key: str) -> None:
        if key and not patiently(lambda: ledger.touch(claim.unit.id, claim.fence, node, listing.fqn, key)):
            raise Lost("another worker holds the unit now")

    return ReadMode(SLICES[careful], touch if careful >= 3 else None, claim.poison, ahead=alone, beside=beside)


def relax(reading: ReadMode) -> None:
    """Read full slices again, from the next slice on."""
    reading.slice, reading.touch = reading.most, None
