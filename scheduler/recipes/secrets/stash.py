"""Moves what may be secret in a recipe into memory; what is stored refers to it by prompt.

Stored as written are references, what a connector's model declares as plain settings (text, numbers, choices, and what
it marks as no secret), and options of drivers that are known to be harmless. Everything else is asked for when the run
is resumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, SecretStr

from specs.config import LOCAL_FILE, STATEMENTS
from specs.recipe.allow_list import (
    SECRET_NAME,
    harmless,
    harmless_statement,
    referring,
    secret_spans,
    token_spans,
)
from specs.recipe.declared_settings import declared, holds_secret, plain
from specs.recipe.problems import Path, dotted
from specs.recipe.recipe import Recipe
from specs.recipe.secrets import NUMBER

Span = tuple[str, int, int]


class Stash:
    """Collects the secrets of one recipe: ``secrets`` by prompt name, one ``notices`` line for each."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.notices: list[str] = []

    def recipe(self, recipe: Recipe, config: BaseModel, sinks: Sequence[BaseModel] = ()) -> Recipe:
        """The recipe as it may be stored.

        ``config`` is its connection and ``sinks`` its sinks' settings: checked and with references resolved.
        """
        connection = self._model(self._moved(dict(recipe.connection), config), config, ("connection",))
        sent = tuple(
            self._model(dict(sink), settings, ("sinks", at), tokens=True)
            for at, (sink, settings) in enumerate(zip(recipe.sinks, sinks, strict=True))
        )
        if not self.secrets:
            return recipe
        return recipe.model_copy(update={"connection": connection, "sinks": sent})

    def _moved(self, written: dict[str, Any], config: BaseModel) -> dict[str, Any]:
        """A literal password inside a URL becomes the setting that the model made of it."""
        password = getattr(config, "password", None)
        if not isinstance(password, SecretStr) or "password" in written:
            return written
        for key, text in written.items():
            spans = [each for each in _spans(text) if each[0] == "password"] if isinstance(text, str) else []
            if spans and text[spans[0][1] - 1] == ":" and text[spans[0][2] :].startswith("@"):
                _, start, end = spans[0]
                value = self._put("password", password.get_secret_value(), ("connection", key))
                return written | {key: text[: start - 1] + text[end:], "password": value}
        return written

    def _model(self, written: dict[str, Any], config: BaseModel, path: Path, *, tokens: bool = False) -> dict[str, Any]:
        """The settings that a model declares."""
        found: dict[str, Any] = {}
        for key, value in written.items():
            place = (*path, key)
            attribute, field = declared(type(config), key)
            checked = getattr(config, attribute, None)
            marks = field.metadata if field else ()
            if plain(key, field):
                found[key] = value
            elif isinstance(checked, BaseModel) and isinstance(value, dict):
                found[key] = self._model(value, checked, place)
            elif isinstance(checked, Mapping) and _mapping_of(checked, BaseModel) and _mapping_of(value, dict):
                found[key] = {each: self._model(below, checked[each], (*place, each)) for each, below in value.items()}
            elif isinstance(checked, list | tuple) and _all(checked, BaseModel) and _all(value, dict):
                pairs = enumerate(zip(value, checked, strict=True))
                found[key] = [self._model(each, made, (*place, at)) for at, (each, made) in pairs]
            elif field is None or holds_secret(field, checked):
                found[key] = self._free(value, place, secret=field is not None)
            elif any(each is STATEMENTS for each in marks):
                found[key] = self._statements(value, place)
            elif isinstance(value, str):
                path_only = any(each is LOCAL_FILE for each in marks) and not re.match(r"\w+:(?!\\)", value)
                found[key] = value if path_only else self._declared(key, value, place, tokens=tokens)
            else:
                found[key] = self._free(value, place)
        return found

    def _declared(self, key: str, text: str, place: Path, *, tokens: bool) -> str:
        """A text that a model declares: harmless but for what its name or parts of it give away."""
        if SECRET_NAME.search(key) and not referring(text) and not re.search(r"(?i)(path|file|folder|dir)$", key):
            return self._put(_name(place), text, place)
        spans = [*_spans(text), *(token_spans(text) if tokens else ())]
        return self._cut(text, sorted(spans, key=lambda span: span[1]), place)

    def _statements(self, value: Any, place: Path) -> Any:
        each = [value] if isinstance(value, str) else list(value)
        return [
            text if referring(text) or harmless_statement(text) else self._put(_name((*place, at)), text, (*place, at))
            for at, text in enumerate(each)
        ]

    def _free(self, value: Any, place: Path, *, secret: bool = False) -> Any:
        """Settings that only a driver knows."""
        if isinstance(value, Mapping):
            return {key: self._free(each, (*place, str(key)), secret=secret) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self._free(each, (*place, at), secret=secret) for at, each in enumerate(value)]
        name = next((step for step in reversed(place) if isinstance(step, str)), "")
        if value in (None, "") or isinstance(value, bool) or (not secret and harmless(name, value)):
            return value
        if isinstance(value, str):
            return self._cut(value, _spans(value), place) if referring(value) else self._put(_name(place), value, place)
        return self._put(NUMBER + _name(place), str(value), place)

    def _cut(self, text: str, spans: Iterable[Span], place: Path) -> str:
        found, last = "", 0
        for name, start, end in spans:
            if start >= last:
                prompt = _name((*place, re.sub(r"\W+", "_", name)))
                found += text[last:start] + self._put(prompt, text[start:end], place)
                last = end
        return found + text[last:]

    def _put(self, name: str, value: str, path: Path) -> str:
        prompt, number = name, 2
        while self.secrets.get(prompt, value) != value:
            prompt, number = f"{name}_{number}", number + 1
        self.secrets[prompt] = value.replace("$${", "${")
        place = dotted(path)
        self.notices.append(
            f"{place}: a secret stands here, or what may be one; it is not stored, and resume will ask for it"
            f" (better: write a reference, ${{env:NAME}} or ${{file:PATH}})"
        )
        return f"${{prompt:{prompt}}}"


def _all(values: Any, kind: type) -> bool:
    return isinstance(values, list | tuple) and bool(values) and all(isinstance(each, kind) for each in values)


def _mapping_of(values: Any, kind: type) -> bool:
    return isinstance(values, Mapping) and _all(list(values.values()), kind)


def _spans(text: str) -> list[Span]:
    return list(secret_spans(text)) if "://" in text or "=" in text else []


def _name(path: Path) -> str:
    """What a prompt is called: the path below ``connection``."""
    return "_".join(map(str, path[1:] if path[0] == "connection" else path))
