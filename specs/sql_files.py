"""SQL by name: ``queries.sql`` beside the code that runs it, cut at its ``-- name: x`` lines.

Where there are many, ``queries/*.sql`` has them, a file for each subject.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

_NAME = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)


@cache
def load(package: str) -> Mapping[str, str]:
    """The statements of ``package``, by name, without comment lines and the closing semicolon.

    Raises ``ValueError`` when a name is used twice or text stands before the first name of a file.
    """
    return merged(texts(files(package)))


def texts(folder: Traversable) -> list[str]:
    """The texts of ``queries.sql`` and ``queries/*.sql`` in a folder, of those that exist."""
    one, several = folder.joinpath("queries.sql"), folder.joinpath("queries")
    found = [one] if one.is_file() else []
    if several.is_dir():
        found += sorted((each for each in several.iterdir() if each.name.endswith(".sql")), key=lambda each: each.name)
    return [each.read_text(encoding="utf-8") for each in found]


def merged(contents: Iterable[str]) -> Mapping[str, str]:
    """The statements of several texts by name. Raises ``ValueError`` as ``load`` does."""
    found: dict[str, str] = {}
    for content in contents:
        for name, statement in parse(content).items():
            if name in found:
                raise ValueError(f"SQL name {name!r} is used twice")
            found[name] = statement
    return MappingProxyType(found)


def parse(content: str) -> Mapping[str, str]:
    """Cut text into statements by name. Raises ``ValueError`` as ``load`` does.

    >>> parse("-- name: one\\n-- why\\nSELECT 1;\\n-- name: two\\nSELECT 2")["one"]
    'SELECT 1'
    """
    head, *pieces = _NAME.split(content)
    if _statement(head):
        raise ValueError("SQL before the first '-- name:' line")
    found: dict[str, str] = {}
    for name, body in zip(pieces[::2], pieces[1::2], strict=True):
        if name in found:
            raise ValueError(f"SQL name {name!r} is used twice")
        found[name] = _statement(body)
    return MappingProxyType(found)


def _statement(body: str) -> str:
    lines = [line for line in body.splitlines() if not line.lstrip().startswith("--")]
    return "\n".join(lines).strip().rstrip(";").rstrip()
