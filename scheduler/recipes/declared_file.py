"""The file of declared lineage that a recipe names. It is read with the recipe, which is frozen when its run starts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from scheduler.recipes import marks
from specs.errors import UsageError
from specs.recipe.extract import Extract
from specs.recipe.problems import Path as Place
from specs.recipe.problems import dotted, problems
from specs.sources.database.declarations import DeclaredLineage


def with_declared(extract: Extract) -> Extract:
    """The same with what the file declares, and without the file. Raises ``UsageError`` with line and column when it
    cannot be read, or says what it may not."""
    lineage: Any = extract.lineage
    file = getattr(lineage, "file", None)
    if file is None:
        return extract
    more = _read(Path(file).expanduser()).declared
    return extract.model_copy(
        update={"lineage": lineage.model_copy(update={"file": None, "declared": (*lineage.declared, *more)})}
    )


def _read(path: Path) -> DeclaredLineage:
    try:
        with path.open("rb") as stream:
            text = stream.read(marks.RECIPE_BYTES + 1).decode("utf-8-sig")
    except OSError as error:
        what = f"cannot read the file of declared lineage: {error.strerror}"
        raise UsageError(what, str(path), "name it in extract.lineage.file", reason="recipe") from None
    except UnicodeDecodeError:
        raise UsageError("the file of declared lineage is not UTF-8 text", str(path), reason="recipe") from None
    document = marks.load(text, str(path))
    whole = isinstance(document.data, dict)
    before: Place = () if whole else ("declared",)
    try:
        return DeclaredLineage.model_validate(document.data if whole else {"declared": document.data or []})
    except ValidationError as error:
        found = problems(error, DeclaredLineage)
    told = []
    for each in found:
        place = each.path[len(before) :] if each.path[: len(before)] == before else each.path
        setting = f"{dotted(place)}: " if place and not each.key else ""
        told.append(f"{document.place(place, key=each.key)}: {setting}{each.message}")
    raise UsageError("; ".join(told), reason="recipe")
