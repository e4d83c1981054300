"""References that only the workers of a cluster can resolve: a stand-in value lets this machine check the rest."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

STAND_IN = "54271"
"""A value that is valid as text, as a number and as a port, and unlikely to be in a recipe by itself."""
_REFERENCE = re.compile(r"\$\$\{|\$\{(env|file):([^}]*)\}")


def stand_in(value: Any, env: Mapping[str, str]) -> Any:
    """``value`` with ``STAND_IN`` for every variable that is not set and every file that cannot be read here."""
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: _one(found, env), value)
    if isinstance(value, Mapping):
        return {key: stand_in(each, env) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [stand_in(each, env) for each in value]
    return value


def _one(found: re.Match[str], env: Mapping[str, str]) -> str:
    kind, name = found[1], found[2]
    here = kind is None or (name in env if kind == "env" else os.access(name, os.R_OK))
    return found[0] if here else STAND_IN
