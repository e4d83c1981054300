"""The API for programs: the commands that crawl, as functions with the same checks and results."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from scheduler.app.catalog.catalog_place import find
from scheduler.app.programs.opened_catalog import OpenCatalog
from scheduler.app.runs import crawl as crawling
from scheduler.app.runs.run_choice import LATEST, answered
from scheduler.app.runs.summary import Progress, Summary
from scheduler.recipes.loader import Loaded, load, load_data
from specs.contracts.assignment import NO_SECRETS
from specs.errors import UsageError
from specs.recipe.recipe import Recipe

log = logging.getLogger("headrace")


def crawl(
    source: str | os.PathLike[str] | Mapping[str, Any] | Recipe,
    *,
    name: str | None = None,
    catalog: str | None = None,
    workers: int = 1,
    secrets: Mapping[str, str] = NO_SECRETS,
    accept_identity: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """Crawl a source into a catalog, as ``headrace crawl`` does, and say exactly what was done.

    ``source`` is a URL, the path of a recipe or of a database file, or a recipe as a mapping. ``catalog`` is a URL or
    an SQLite file; without it the one that all commands find. ``secrets`` answer prompts by name:
    ``{"password": "..."}``; ``HEADRACE_PASSWORD`` does so, too.

    A run that is not complete is no exception: see ``Summary.status`` and ``Summary.exit_code``. Raises ``UsageError``
    for a mistake in the recipe, before anything is written, and ``Fatal`` when the catalog cannot be used.
    """
    loaded = _loaded(source, name, secrets)
    for notice in loaded.notices:
        log.warning("%s", notice)
    return crawling.crawl(
        loaded.recipe,
        catalog=find(catalog).url,
        workers=workers,
        secrets=loaded.secrets,
        accept_identity=accept_identity,
        on_progress=on_progress,
    )


def resume(
    run: str = LATEST, *, catalog: str | None = None, workers: int = 1, secrets: Mapping[str, str] = NO_SECRETS,
    on_progress: Callable[[Progress], None] | None = None,
) -> Summary:  # fmt: skip
    """Go on with an interrupted run from what is stored. Raises ``UsageError`` when there is nothing to resume."""
    url = find(catalog).url
    found, answers = answered(url, run, crawling.resumable, _answering(secrets))
    return crawling.resume(found, catalog=url, workers=workers, secrets=answers, on_progress=on_progress)


def retry(
    run: str = LATEST, *, catalog: str | None = None, workers: int = 1, secrets: Mapping[str, str] = NO_SECRETS,
    on_progress: Callable[[Progress], None] | None = None,
) -> Summary:  # fmt: skip
    """Crawl what failed in a closed run once more. Raises ``UsageError`` when nothing failed in it."""
    url = find(catalog).url
    found, answers = answered(url, run, crawling.retryable, _answering(secrets))
    return crawling.retry(found, catalog=url, workers=workers, secrets=answers, on_progress=on_progress)


def catalog(place: str | os.PathLike[str] | None = None) -> OpenCatalog:
    """The catalog at a URL or in an SQLite file; without one, that which all commands find.

    Raises ``UsageError`` when there is none.
    """
    return OpenCatalog(find(None if place is None else os.fspath(place)).url)


def _loaded(source: Any, name: str | None, secrets: Mapping[str, str]) -> Loaded:
    ask = _answering(secrets)
    if isinstance(source, Recipe):
        return load_data(source.to_dict(), ask, name=name)
    if isinstance(source, Mapping):
        return load_data(source, ask, name=name)
    return load(str(source) if isinstance(source, Path) else os.fspath(source), ask, name=name)


def _answering(secrets: Mapping[str, str]) -> Callable[[str], str]:
    """A function that answers prompts from ``secrets`` and the environment, without asking a person."""

    def ask(name: str) -> str:
        variable = f"HEADRACE_{name.upper()}"
        if name in secrets:
            return secrets[name]
        if variable in os.environ:
            return os.environ[variable]
        raise UsageError(f"the recipe asks for the {name}", remedy=f"give secrets={{{name!r}: ...}}, or set {variable}")

    return ask
