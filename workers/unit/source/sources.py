"""Builds the source that a unit reads from: spec by name, secrets resolved, read as carefully as needed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from specs import registry
from specs.contracts.ledger import UnitLedger
from specs.contracts.work import Claim, Lost
from specs.recipe.problems import validate
from specs.recipe.recipe import Recipe
from specs.recipe.secrets import resolve
from specs.sources.base import Source
from specs.topology.node import Topology
from specs.topology.read_mode import FULL, ReadMode
from specs.topology.scope import Scope
from workers.store.retries import patiently

SLICES = (FULL, 250, 1, 1)
"""Keys read in one go, by how careful a unit must be."""

Opener = Callable[[ReadMode], Source]


def topology(recipe: Recipe) -> Topology[Source]:
    """The topology of the recipe's service type; imports the connector's source, not its driver."""
    found: Topology[Source] = registry.load(recipe.service.type).part("metadata_source_class").topology
    return found


def build(recipe: Recipe, secrets: Mapping[str, str], reading: ReadMode | None = None) -> Source:
    """The source of a recipe; nothing is connected yet.

    Raises ``UsageError`` for an unknown connector, a reference that cannot be resolved or a mistake in the connection.
    """
    spec = registry.load(recipe.service.type)
    config = validate(spec.config_class(), resolve(recipe.connection, secrets), prefix=("connection",), where="recipe")
    made: Source = spec.part("metadata_source_class")(
        recipe.service.name, config, recipe.extract.metadata, recipe.limits, reading
    )
    return made


def reading(claim: Claim, ledger: UnitLedger, *, alone: bool = True) -> ReadMode:
    """How to read for a claim: a unit that crashed reads smaller slices, at last one key at a time, written down.

    ``alone``: no other unit is read in this process at the same time."""
    careful = claim.careful

    def touch(node: str, listing: Scope, key: str) -> None:
        if key and not patiently(lambda: ledger.touch(claim.unit.id, claim.fence, node, listing.fqn, key)):
            raise Lost("the unit is somebody else's now")

    return ReadMode(SLICES[careful], touch if careful >= 3 else None, claim.poison, ahead=alone)


def relax(reading: ReadMode) -> None:
    """Read as fast as may be from the next slice on."""
    reading.slice, reading.touch = reading.most, None
