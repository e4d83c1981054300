"""Answers to ``${prompt:NAME}``: from the environment, else from the person at the terminal."""

from __future__ import annotations

import os
import re
import sys

import click

from specs.errors import UsageError


def ask(name: str) -> str:
    """The secret ``name``: the environment variable that is named after it, else what the person types. Raises
    ``UsageError`` when the variable is not set and there is no terminal."""
    variable = "HEADRACE_" + re.sub(r"\W", "_", name).upper()
    if variable in os.environ:
        return os.environ[variable]
    if not sys.stdin.isatty():
        raise UsageError(f"the recipe asks for the {name}, and there is no terminal", remedy=f"set {variable}")
    answer: str = click.prompt(name, hide_input=True, err=True, default="", show_default=False)
    return answer
