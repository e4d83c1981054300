"""A commented recipe to begin with: for a connector by name, for a URL, or for a database file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scheduler.recipes import database_files
from scheduler.recipes.starter import starter
from scheduler.recipes.urls import shorthand
from specs import registry
from specs.errors import UsageError


@dataclass(frozen=True, slots=True)
class StarterRecipe:
    """``known``: its settings are those of a URL or a file, else samples to replace. ``asks``: the URL had a password,
    which is not written down. ``file`` is where the text was written, if anywhere."""

    type: str
    recipe: str
    known: bool
    asks: bool
    file: str | None

    def as_json(self) -> dict[str, Any]:
        return {"type": self.type, "file": self.file, "recipe": self.recipe}


def starter_recipe(source: str, name: str = "", *, file: str | None = None, force: bool = False) -> StarterRecipe:
    """The recipe for a connector's name, a URL or a database file; written into ``file`` where one is given.

    Raises ``UsageError`` for an unknown connector, a mistake in the URL, and a file that cannot be written, or exists
    and not ``force``.
    """
    type_, called, given = _known(source, name)
    text = starter(type_, registry.load(type_), called, given=given)
    if file:
        _write(file, text, force)
    asks = bool(given) and "${prompt:" in str((given or {}).get("password"))
    return StarterRecipe(type_, text, bool(given), asks, file)


def _known(source: str, name: str) -> tuple[str, str, dict[str, Any] | None]:
    """The connector, the service's name, and the settings that a URL or a file gives."""
    if "://" in source:
        data = shorthand.translate(source, name or None).data
    elif database := database_files.recognised(Path(source)):
        data = database_files.recipe(Path(source), database, name or None)
    else:
        return source, name, None
    return data["service"]["type"], data["service"]["name"], data["connection"]


def _write(file: str, text: str, force: bool) -> None:
    try:
        with open(file, "w" if force else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise UsageError("the file exists already", file, "choose another name, or say --force") from None
    except OSError as error:
        raise UsageError(f"cannot write the recipe: {error.strerror}", file) from None
