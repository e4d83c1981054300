"""The root unit of a recipe that others will work on."""

from __future__ import annotations

from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from specs.recipe.secrets import prompts
from specs.topology.events import Start
from specs.topology.scope import Scope
from workers.unit.source.sources import topology


def root_of(recipe: Recipe) -> Start:
    """Nothing is resolved here: only workers need the secrets.

    Raises ``UsageError`` when one would have to be typed.
    """
    untyped(recipe)
    service = recipe.service.name
    return Start(topology(recipe).root.name, Scope.of(service), [service, service, {}, None])


def untyped(recipe: Recipe) -> None:
    """Raises ``UsageError`` when a secret would have to be typed."""
    asked = prompts([recipe.connection, *recipe.sinks])
    if asked:
        raise typed(asked[0])


def typed(name: str) -> UsageError:
    """The error for a secret that nobody can be asked for."""
    remedy = "write ${env:NAME} or ${file:/run/secrets/name} in its place, and give the workers that"
    what = f"the {name} cannot be typed for a cluster, nor stand in a URL or a recipe: workers get references only"
    return UsageError(what, remedy=remedy, reason="prompt")
