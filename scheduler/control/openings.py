"""From a recipe to the run that is opened for it. Commands, schedules and the Python API all open runs here."""

from __future__ import annotations

from collections.abc import Sequence

from scheduler.recipes.loader import Loaded, load
from specs.contracts.assignment import Opening
from specs.errors import UsageError
from specs.recipe.recipe import Recipe
from specs.recipe.secrets import prompts
from specs.service_spec import METADATA
from specs.topology.events import Start
from workers.unit.source.sources import topology


def opening(recipe: Recipe, *, starts: Sequence[Start] = (), parent: str | None = None) -> Opening:
    """The run of ``recipe`` to open on this machine, over the whole service; for a cluster the caller replaces ``via``.

    A retry of run ``parent`` walks ``starts``, if there are any, and deletes nothing, because it lists only a part of
    the service. Raises ``UsageError`` for an unknown connector.
    """
    service = recipe.service
    return Opening(
        service.name, service.type, recipe.to_dict(), tuple(starts) or roots_of(recipe), recipe.limits.connections,
        parent=parent, deletes=recipe.deletion.enabled and parent is None,
    )  # fmt: skip


def roots_of(recipe: Recipe) -> tuple[Start, ...]:
    """The starts of the root units of all parts of a recipe. Raises ``UsageError`` for an unknown connector."""
    return tuple(root_of(recipe, part) for part in recipe.parts)


def root_of(recipe: Recipe, part: str = METADATA) -> Start:
    """The start of one part's root unit; references stay unresolved. Raises ``UsageError`` for an unknown connector."""
    return Start.root(topology(recipe, part).root.name, recipe.service.name, part)


def load_for_cluster(source: str, *, name: str | None = None, only: Sequence[str] = ()) -> Loaded:
    """The recipe at a URL or in a file, for workers elsewhere; ``name`` overrides the service's, ``only`` are the parts
    to which it is narrowed.

    Raises ``UsageError`` for a mistake in it, for a part that the connector does not have, and when a secret would have
    to be typed.
    """

    def refuse(asked: str) -> str:
        raise untypable(asked)

    loaded = load(source, refuse, name=name, only=only, away=True)
    untyped(loaded.recipe)
    return loaded


def untyped(recipe: Recipe) -> None:
    """Check that a recipe asks for no typed secret, because a worker of a cluster has no terminal to ask on.

    Raises ``UsageError`` when it does.
    """
    asked = prompts([recipe.connection, *recipe.sinks])
    if asked:
        raise untypable(asked[0])


def untypable(name: str) -> UsageError:
    """The error for the secret ``name``, which a person would have to type."""
    remedy = "write ${env:NAME} or ${file:/run/secrets/name} in its place, and give the workers that"
    what = f"the {name} cannot be typed for a cluster, nor stand in a URL or a recipe: workers get references only"
    return UsageError(what, remedy=remedy, reason="prompt")
