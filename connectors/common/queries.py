"""SQL by name: ``queries.sql`` beside a connector's code, cut at its ``-- name: x`` lines."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_NAME = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)


@cache
def load(package: str, file: str = "queries.sql") -> Mapping[str, str]:
    """The statements of ``file`` in ``package``, by name, without comment lines and the closing semicolon.

    Raises ``ValueError`` when a name is used twice or text stands before the first name.
    """
    return parse(files(package).joinpath(file).read_text(encoding="utf-8"))


def parse(text: str) -> Mapping[str, str]:
    """Cut text into statements by name.

    >>> parse("-- name: one\\n-- why\\nSELECT 1;\\n-- name: two\\nSELECT 2")["one"]
    'SELECT 1'
    """
    head, *pieces = _NAME.split(text)
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
