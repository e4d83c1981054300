"""Moves secrets that stand in a recipe as they are into memory; what is stored refers to them by prompt."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from pydantic import BaseModel, SecretStr

from specs.problems import Path, dotted
from specs.recipe import Recipe
from specs.secrets import escape

_NAME = re.compile(r"(?i)passw|secret|token|credential|api_?key")
"""Names of settings that hold secrets, where no model says so."""
_ALL = frozenset({"headers"})
"""Settings all of whose values may be secrets."""
_QUERY = re.compile(r"(?i)([?&][^=&#]*(?:passw|secret|token|credential)[^=&#]*=)([^&#$]+)")


class Stash:
    """Collects the secrets of one recipe: ``secrets`` by prompt name, one ``notices`` line for each."""

    def __init__(self) -> None:
        self.secrets: dict[str, str] = {}
        self.notices: list[str] = []

    def recipe(self, recipe: Recipe, config: BaseModel) -> Recipe:
        """The recipe as it may be stored; ``config`` is its connection, checked and with references resolved."""
        connection = self._fields(dict(recipe.connection), config)
        connection = self._nested(connection, ("connection",))
        sinks = tuple(self._nested(dict(sink), ("sinks", at)) for at, sink in enumerate(recipe.sinks))
        if not self.secrets:
            return recipe
        return recipe.model_copy(update={"connection": connection, "sinks": sinks})

    def _fields(self, connection: dict[str, Any], config: BaseModel) -> dict[str, Any]:
        """Secrets that the connector's model knows, also those that it found inside another setting (a URL)."""
        plain = config.model_dump(mode="json")
        for name in type(config).model_fields:
            secret = getattr(config, name)
            if not isinstance(secret, SecretStr) or not secret.get_secret_value():
                continue
            value = secret.get_secret_value()
            if isinstance(connection.get(name), str):
                if "${" not in connection[name]:
                    connection[name] = self._put(name, value, ("connection", name))
                continue
            for key, written in connection.items():
                if isinstance(written, str) and (value in written or value in unquote(written)):
                    connection[key] = escape(str(plain[key]))
                    connection[name] = self._put(name, value, ("connection", key))
                    break
        return connection

    def _nested(self, value: Any, path: Path) -> Any:
        """Secrets that only their names give away: further arguments of drivers, parameters of URLs."""
        if isinstance(value, dict):
            return {key: self._nested(each, (*path, str(key))) for key, each in value.items()}
        if isinstance(value, list):
            return [self._nested(each, (*path, at)) for at, each in enumerate(value)]
        if not isinstance(value, str) or not value:
            return value
        name = "_".join(map(str, path[1:] if path[0] == "connection" else path))
        if len(path) > 2 and "${" not in value and (_NAME.search(str(path[-1])) or path[-2] in _ALL):
            return self._put(name, value, path)
        return _QUERY.sub(self._parameter(name, path), value) if "://" in value else value

    def _parameter(self, name: str, path: Path) -> Callable[[re.Match[str]], str]:
        def replace(found: re.Match[str]) -> str:
            key = re.sub(r"\W", "", found[1])
            return found[1] + self._put(f"{name}_{key}", found[2], path)

        return replace

    def _put(self, name: str, value: str, path: Path) -> str:
        self.secrets[name] = value
        place = dotted(path)
        self.notices.append(
            f"{place}: a secret stands here; it is not stored, and resume will ask for it"
            f" (better: write a reference, ${{env:NAME}} or ${{file:PATH}})"
        )
        return f"${{prompt:{name}}}"
