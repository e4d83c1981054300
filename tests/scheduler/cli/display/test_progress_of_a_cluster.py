"""Whoever waits for a run of a cluster sees what whoever crawls in one process sees."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import pytest

from scheduler.app.runs.cluster import enqueue
from scheduler.app.runs.crawl import crawl
from scheduler.app.runs.summary import Progress
from scheduler.cli.display.progress import ProgressLines, line
from tests.workers.cluster.rig import cluster, fake

pytestmark = pytest.mark.server


def test_both_tell_the_same(redis_url: str, tmp_path: Path) -> None:
    recipe = fake(schemas=4, tables=80, latency=80, page=40)
    told: dict[str, list[Progress]] = {"embedded": [], "cluster": []}
    assert (
        crawl(recipe, catalog=f"sqlite:///{tmp_path}/calm.db", on_progress=told["embedded"].append).status == "complete"
    )
    with cluster(redis_url, f"sqlite:///{tmp_path}/wild.db", tmp_path) as made:
        made.flusher()
        made.worker(1)
        _, summary = enqueue(made.settings, recipe, wait=True, on_progress=told["cluster"].append)
    assert summary is not None
    assert summary.status == "complete"
    ends = {where: reports[-1] for where, reports in told.items()}
    assert ends["cluster"].failures == ends["embedded"].failures == 0
    assert ends["cluster"].entities == ends["embedded"].entities > 320
    for where, reports in told.items():
        assert len(reports) > 1, where
        assert all(a.entities <= b.entities for a, b in pairwise(reports)), where
        assert any(report.scopes for report in reports), f"{where}: what is being read is told"
        assert reports[-1].done == reports[-1].known
        stream = io.StringIO()
        ProgressLines(stream, every=0.0)(reports[-1])
        assert stream.getvalue() == line(reports[-1]) + "\n"
    assert max(report.rss for report in told["cluster"]) > 20_000_000, "memory is the workers'"


def test_who_is_missing_is_told(redis_url: str, tmp_path: Path) -> None:
    notes: list[str] = []
    with cluster(redis_url, f"sqlite:///{tmp_path}/wild.db", tmp_path) as made:
        begun: list[object] = []

        def see(progress: Progress) -> None:
            if progress.note and progress.note not in notes:
                notes.append(progress.note)
                begun.append(
                    made.start("worker", "--concurrency", "1") if "worker" in progress.note else made.flusher()
                )

        _, summary = enqueue(made.settings, fake(schemas=1, tables=20), wait=True, on_progress=see)
    assert summary is not None
    assert summary.status == "complete"
    assert [note.partition(",")[0] for note in notes] == ["no worker is alive", "no flusher is alive"]
    assert notes[0].endswith("start it with: headrace worker")
    assert notes[0] in line(Progress("r", note=notes[0]))
