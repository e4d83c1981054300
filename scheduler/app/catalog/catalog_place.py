"""Which catalog a command works on; all commands decide it here.

In this order: ``--catalog``; ``HEADRACE_CATALOG`` or the file that ``HEADRACE_CATALOG_FILE`` names; the catalog of the
cluster that ``headrace up`` keeps running in its default folder; a file in the user's data directory.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from specs.errors import UsageError

VARIABLE, FILE = "HEADRACE_CATALOG", "HEADRACE_CATALOG_FILE"


class CatalogPlace(NamedTuple):
    """The catalog of a command. ``url`` may contain a password; ``origin`` says for people where it comes from;
    ``said``: the command line or a variable names it."""

    url: str
    origin: str
    said: bool = True

    def __str__(self) -> str:
        return f"{masked(self.url)} ({self.origin})"


def find(given: str | None = None, environ: Mapping[str, str] | None = None) -> CatalogPlace:
    """The catalog of a command: the one that was given, else that of the cluster on this machine, else the default one.

    Raises ``UsageError`` for a file that cannot be read, and when the URL and its file are both set.
    """
    told = said(given, os.environ if environ is None else environ)
    return told or running() or CatalogPlace(default_url(), "your data directory", said=False)


def said(given: str | None, environ: Mapping[str, str]) -> CatalogPlace | None:
    """The catalog that the command line or the environment names; ``None`` when neither does. Raises ``UsageError`` for
    a file that cannot be read, and when both variables are set."""
    if given and given.startswith("@"):
        return CatalogPlace(_held(given[1:], "--catalog"), f"--catalog {given}")
    if given:
        return CatalogPlace(completed(given), "--catalog")
    variable, file = environ.get(VARIABLE), environ.get(FILE)
    if variable and file:
        raise UsageError(f"both {VARIABLE} and {FILE} are set", remedy="keep one of them")
    if variable:
        return CatalogPlace(completed(variable), VARIABLE)
    return CatalogPlace(_held(file, FILE), FILE) if file else None


def running() -> CatalogPlace | None:
    """The catalog of the cluster that ``headrace up`` runs on this machine; ``None`` when none runs."""
    from scheduler.local.folder import found

    file = found().get(FILE)
    return CatalogPlace(_held(file, FILE), "the cluster of headrace up", said=False) if file else None


def completed(given: str) -> str:
    """A plain path is an SQLite file."""
    return given if "://" in given else f"sqlite:///{Path(given).expanduser()}"


def _held(name: str, variable: str) -> str:
    try:
        text = Path(name).expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"the file of {variable} cannot be read", name, "let us read it, or name another") from None
    if not text:
        raise UsageError(f"the file of {variable} is empty", name, "write the URL into it")
    return completed(text)


def default_url() -> str:
    """The SQLite file in the user's data directory."""
    from platformdirs import user_data_path

    return f"sqlite:///{user_data_path('headrace') / 'catalog.db'}"


def masked(url: str) -> str:
    """``url`` without its password, and without options that may contain one."""
    from specs.recipe.allow_list import shown  # with the models of settings, which command modules do without

    return shown(url)


def named(url: str) -> str:
    """The ``--catalog`` option that a follow-up command needs; empty when it finds the catalog itself. It never
    contains a password."""
    return "" if find().url == url else masked(url)
