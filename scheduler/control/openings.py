"""What a recipe becomes when a run of it is opened, by whichever command, schedule or program."""

from __future__ import annotations

from collections.abc import Sequence

from specs.contracts.assignment import Opening
from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from specs.recipe.secrets import prompts
from specs.topology.events import Start
from workers.unit.source.sources import topology


def opening(recipe: Recipe, *, starts: Sequence[Start] = (), parent: str | None = None) -> Opening:
    """A run of ``recipe`` on this machine, over the whole service. Whoever opens it for a cluster replaces ``via``.

    A retry of run ``parent`` walks ``starts``, where there are any. It deletes nothing, having seen a part only.
    Raises ``UsageError`` for an unknown connector.
    """
    service = recipe.service
    return Opening(
        service.name, service.type, recipe.to_dict(), tuple(starts) or (root_of(recipe),), recipe.limits.connections,
        parent=parent, deletes=recipe.deletion.enabled and parent is None,
    )  # fmt: skip


def root_of(recipe: Recipe) -> Start:
    """The root unit of a recipe. Nothing is resolved for it. Raises ``UsageError`` for an unknown connector."""
    return Start.root(topology(recipe).root.name, recipe.service.name)


def untyped(recipe: Recipe) -> None:
    """Raises ``UsageError`` when a secret would have to be typed: workers of a cluster can ask nobody."""
    asked = prompts([recipe.connection, *recipe.sinks])
    if asked:
        raise typed(asked[0])


def typed(name: str) -> UsageError:
    """The error for a secret that nobody can be asked for."""
    remedy = "write ${env:NAME} or ${file:/run/secrets/name} in its place, and give the workers that"
    what = f"the {name} cannot be typed for a cluster, nor stand in a URL or a recipe: workers get references only"
    return UsageError(what, remedy=remedy, reason="prompt")
