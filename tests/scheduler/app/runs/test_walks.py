"""Ways are short: how many modules get hold of a recipe on its way to an open run, and of a claim while it is run."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from scheduler.app.runs.crawl import crawl, retry
from specs.contracts.assignment import Assignment, Opening
from specs.contracts.work import Claim
from specs.recipe.recipe import Recipe

OURS = ("specs", "connectors", "workers", "scheduler")
BROKEN = {"at": "build", "where": "shop.db_00.schema_0000.t0000002", "action": "error"}
RECIPE = Recipe.from_dict(
    {
        "service": {"name": "shop", "type": "specs.testing.fake:spec"},
        "connection": {"schemas": 1, "tables": 5, "columns": 1, "views": 0, "faults": [BROKEN]},
        "limits": {"connections": 1},  # one lane: all of it happens in the thread that is watched
    }
)


class Walk:
    """The modules that were handed one of ``types``, or answered with one, between two calls."""

    def __init__(self, begin: tuple[str, str], end: tuple[str, str], *types: type) -> None:
        self._begin, self._end, self._types = begin, end, types
        self._watched: FrameType | None = None
        self.modules: set[str] = set()

    def __call__(self, frame: FrameType, event: str, answer: Any) -> None:
        place = (frame.f_globals.get("__name__", ""), frame.f_code.co_name)
        if place[0].partition(".")[0] not in OURS or event not in ("call", "return"):
            return
        if event == "call" and place == self._begin:
            self._watched = frame
        seen = [*frame.f_locals.values()] if event == "call" else [answer]
        if self._watched is not None and any(isinstance(each, self._types) for each in seen):
            self.modules.add(place[0])
        if (event == "call" and place == self._end) or (event == "return" and frame is self._watched):
            self._watched = None

    def through(self, act: Callable[[], object]) -> set[str]:
        before = sys.getprofile()
        sys.setprofile(self)
        try:
            act()
        finally:
            sys.setprofile(before)
        return self.modules


def test_a_recipe_becomes_an_open_run_in_few_modules(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/catalog.db"
    opened = ("workers.ledger.run.runs", "open_run")
    walk = Walk(("scheduler.app.runs.crawl", "crawl"), opened, Recipe, Opening, Assignment)
    modules = walk.through(lambda: crawl(RECIPE, catalog=url))
    assert {"scheduler.control.openings", "workers.ledger.store", "workers.ledger.run.runs"} <= modules
    assert len(modules) <= 10, sorted(modules)
    run = crawl(RECIPE, catalog=url).run
    again = Walk(("scheduler.app.runs.crawl", "retry"), opened, Recipe, Opening, Assignment)
    modules = again.through(lambda: retry(run, catalog=url))
    assert "workers.ledger.run.runs" in modules
    assert len(modules) <= 10, sorted(modules)


def test_a_claim_is_run_in_few_modules(tmp_path: Path) -> None:
    walk = Walk(("workers.unit.runner", "run"), ("", ""), Claim)
    modules = walk.through(lambda: crawl(RECIPE, catalog=f"sqlite:///{tmp_path}/catalog.db"))
    assert {"workers.unit.runner", "workers.unit.unit_work"} <= modules
    assert len(modules) <= 8, sorted(modules)
