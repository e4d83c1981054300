"""Mistakes in settings as text: path, message and the nearest known key, but never the value.

pydantic's own messages quote the input, which may be a password; these do not.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from specs.errors import UsageError

M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]
_TOLD = "told"


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. ``path`` leads to the setting: ``("extract", "metadata", "scehmas")``.

    ``key``: the mistake is the key itself (unknown), not its value.
    """

    path: Path
    message: str
    key: bool = False

    def __str__(self) -> str:
        place = self.path[:-1] if self.key else self.path
        return f"{dotted(place)}: {self.message}" if place else self.message


def dotted(path: Iterable[str | int]) -> str:
    """``("sinks", 0, "type")`` as people write it: ``sinks.0.type``."""
    return ".".join(str(step) for step in path)


def nearest(given: str, known: Iterable[str]) -> str:
    """A hint for an unknown key: the nearest known one, else all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(given, names, n=1)
    return f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}"


def problems(error: ValidationError, model: type[BaseModel], prefix: Path = ()) -> list[Problem]:
    """Every mistake that a validation found, below ``prefix``."""
    return [_problem(details, model, prefix) for details in error.errors(include_url=False, include_input=False)]


def told(found: Iterable[Problem]) -> ValidationError:
    """Mistakes that are in words already, for a validator that has validated a part by a model of its own."""
    lines = [
        InitErrorDetails(
            type=PydanticCustomError(_TOLD, "{message}", {"message": each.message, "key": each.key}),
            loc=each.path,
            input=None,
        )
        for each in found
    ]
    return ValidationError.from_exception_data("settings", lines)


def validate(model: type[M], data: Any, prefix: Path = (), *, where: str = "") -> M:
    """Build ``model`` from ``data``. Raises ``UsageError`` with all mistakes in one line, without any value."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        texts = [str(problem) for problem in problems(error, model, prefix)]
        raise UsageError("; ".join(texts), where, reason="recipe") from None


def _problem(details: Any, model: type[BaseModel], prefix: Path) -> Problem:
    path: Path = tuple(details["loc"])
    kind = details["type"]
    if kind == _TOLD:
        return Problem(prefix + path, details["ctx"]["message"], key=details["ctx"]["key"])
    if kind == "extra_forbidden":
        known = _fields(_model_at(model, path[:-1]))
        return Problem(prefix + path, f"unknown key {path[-1]!r}; {nearest(str(path[-1]), known)}", key=True)
    if kind == "missing":
        return Problem(prefix + path[:-1], f"missing key {path[-1]!r}")
    if kind in ("model_type", "dict_type", "mapping_type"):
        return Problem(prefix + path, "should be a mapping of keys and values")
    message = str(details["msg"]).removeprefix("Value error, ").replace("Input should be", "should be")
    return Problem(prefix + path, message)


def _fields(model: type[BaseModel] | None) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model that holds the keys at ``path``; steps that are no field (list positions, union tags) are passed."""
    found: type[BaseModel] | None = model
    for step in path:
        if found is None or not isinstance(step, str) or step not in found.model_fields:
            continue
        found = _inner(found.model_fields[step].annotation)
    return found


def _inner(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_inner, get_args(annotation))), None)
