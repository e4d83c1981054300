"""References in recipes: ``${env:NAME}``, ``${file:/run/secrets/x}``, ``${prompt:password}``.

``$${`` is a plain ``${``. References are resolved in the process that needs the value, so that no secret is stored.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from specs.errors import UsageError, known_values
from specs.recipe.problems import Path, dotted

SECRET_BYTES = 65536
"""Most bytes of a file that is read as a secret."""

NUMBER = "number:"
"""The beginning of the names of prompts whose answer is a number: ``${prompt:number:connect_args_pin}``."""

_REFERENCE = re.compile(r"\$\$\{|\$\{([^}]*)\}")


def resolve(
    value: Any,
    secrets: Mapping[str, str] | None = None,
    path: Path = ("connection",),
    *,
    env: Mapping[str, str] | None = None,
) -> Any:
    """``value`` (mappings, lists and text, to any depth) with its references resolved.

    ``secrets`` are the answers to prompts by name: ``{"password": "..."}``. Raises ``UsageError`` naming the setting
    and the reference that cannot be resolved.

    >>> resolve({"password": "${env:PW}", "host": "db"}, env={"PW": "x"})
    {'password': 'x', 'host': 'db'}
    """
    known = secrets or {}
    environ = os.environ if env is None else env
    if isinstance(value, str):
        text = _text(value, known, path, environ)
        return _number(text, path) if value.startswith(f"${{prompt:{NUMBER}") else text
    if isinstance(value, Mapping):
        return {key: resolve(each, known, (*path, str(key)), env=environ) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(each, known, (*path, at), env=environ) for at, each in enumerate(value)]
    return value


def prompts(value: Any) -> list[str]:
    """The names of all ``${prompt:NAME}`` in ``value``, in order, each once."""
    return list(dict.fromkeys(_prompts(value)))


def escape(text: str) -> str:
    """``text`` with ``$${`` in place of ``${``, so that ``resolve`` returns the original text."""
    return text.replace("${", "$${")


def _prompts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        for found in _REFERENCE.finditer(value):
            if not found[0].startswith("$$") and found[1].startswith("prompt:"):
                yield found[1].removeprefix("prompt:")
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _prompts(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _prompts(each)


def _text(value: str, secrets: Mapping[str, str], path: Path, env: Mapping[str, str]) -> str:
    if "${" not in value:
        return value
    return _REFERENCE.sub(lambda found: _one(found, secrets, path, env), value)


def _number(text: str, path: Path) -> int | float:
    try:
        return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
    except ValueError:
        raise UsageError(f"{dotted(path)}: the answer should be a number", reason="prompt") from None


def _one(found: re.Match[str], secrets: Mapping[str, str], path: Path, env: Mapping[str, str]) -> str:
    if found[0].startswith("$$"):
        return "${"
    kind, colon, name = found[1].partition(":")
    setting = dotted(path)
    if not colon:
        raise UsageError(
            f"{setting}: {found[0]} is no reference", remedy=f"write ${{env:{kind}}}, or $${{ for a plain ${{"
        )
    if kind == "env":
        if name not in env:
            raise UsageError(
                f"{setting}: environment variable {name} is not set", remedy=f"export {name}=...", reason="env"
            )
        return env[name]
    if kind == "file":
        return _file(name, setting)
    if kind == "prompt":
        if name not in secrets:
            raise UsageError(
                f"{setting}: the {name} was not given",
                remedy="run on a terminal or set HEADRACE_PASSWORD",
                reason="prompt",
            )
        return secrets[name]
    raise known_values(f"{setting}: unknown reference", kind, ("env", "file", "prompt"))


def _file(name: str, setting: str) -> str:
    try:
        with FilePath(name).open("rb") as stream:
            content = stream.read(SECRET_BYTES + 1)
        if len(content) > SECRET_BYTES:
            raise UsageError(f"{setting}: the file is larger than {SECRET_BYTES} bytes", name)
        return content.decode().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise UsageError(f"{setting}: cannot read the file of ${{file:...}}: {why}", name, reason="file") from None
