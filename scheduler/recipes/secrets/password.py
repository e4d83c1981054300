"""The password that nobody wrote down: whether a source lacks one, and the reference that stands for it in a recipe."""

from __future__ import annotations

from pydantic import BaseModel

from specs.recipe.recipe import Recipe

VARIABLE = "HEADRACE_PASSWORD"


def lacking(config: BaseModel) -> bool:
    """Whether a source that logs us in has no password from us."""
    fields = type(config).model_fields
    if "password" not in fields or getattr(config, "password") is not None:  # noqa: B009  (a field of some models)
        return False
    return "username" in fields or "@" in str(getattr(config, "url", ""))


def with_prompt(recipe: Recipe) -> Recipe:
    """The recipe with a password that is asked for; so is it stored."""
    return recipe.model_copy(update={"connection": {**recipe.connection, "password": "${prompt:password}"}})
