"""The password that a recipe does not contain: whether a source needs one, and the prompt that stands for it."""

from __future__ import annotations

from pydantic import BaseModel

from specs.recipe.recipe import Recipe


def lacking(config: BaseModel) -> bool:
    """Whether a connection names a user, or its type always has one, but has no password."""
    fields = type(config).model_fields
    if "password" not in fields or getattr(config, "password") is not None:  # noqa: B009  (a field of some models)
        return False
    return "username" in fields or "@" in str(getattr(config, "url", ""))


def with_prompt(recipe: Recipe) -> Recipe:
    """The recipe with ``${prompt:password}`` as its password, which is the form that may be stored."""
    return recipe.model_copy(update={"connection": {**recipe.connection, "password": "${prompt:password}"}})
