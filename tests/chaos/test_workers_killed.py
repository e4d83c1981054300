"""kill -9 on worker processes, again and again: the crawl ends with exactly what an undisturbed one stores."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.rig import Pooled, check, fake, undisturbed

pytestmark = pytest.mark.chaos


def test_thirty_kills_lose_nothing(tmp_path: Path) -> None:
    recipe = fake(schemas=12, tables=[1700, 30, 2500], columns=6, triggers=0.2, procedures=4, latency=20)
    calm = undisturbed(recipe, tmp_path)
    wild = Pooled(recipe, tmp_path, workers=3)
    run = wild.run(wild.killing(30, seed=20261122, pause=0.4))
    assert run is not None
    assert wild.kills >= 30
    check(tmp_path, "wild", run.id, calm)
