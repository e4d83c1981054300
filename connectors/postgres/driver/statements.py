"""The catalog queries for one server version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from specs import sql_files

_ONLY = re.compile(r"^(.*?) *-- (from|before) (\d+)$", re.MULTILINE)


@cache
def statements(major: int) -> Mapping[str, str]:
    """The statements of ``queries/*.sql`` by name, without the lines meant for other versions than ``major``."""

    def line(found: re.Match[str]) -> str:
        text, word, version = found[1], found[2], int(found[3])
        return text if (major >= version) == (word == "from") else ""

    return {name: _ONLY.sub(line, text) for name, text in sql_files.load("connectors.postgres").items()}
