"""Snapshot sinks: the jsonl file and its twin in memory."""

from __future__ import annotations

import resource
import signal
from pathlib import Path
from typing import Any

import pytest

from specs.contracts.sink import Sink
from specs.errors import Fatal, UsageError
from specs.testing.sink import LINES, MemoryLineage, MemorySink, SnapshotSuite
from workers.sinks import configured
from workers.sinks.jsonl.config import JsonlConfig
from workers.sinks.jsonl.snapshot import JsonlSink


class TestJsonl(SnapshotSuite):
    def sink(self, place: Any) -> Sink:
        return JsonlSink(JsonlConfig(type="jsonl", path=str(place / "out.jsonl")))

    def stored(self, place: Any) -> list[str] | None:
        file = place / "out.jsonl"
        assert [path.name for path in place.iterdir()] in ([], ["out.jsonl"])
        return file.read_bytes().decode().split("\n")[:-1] if file.exists() else None


class TestMemory(SnapshotSuite):
    @pytest.fixture
    def place(self) -> dict[str, MemorySink]:
        return {}

    def sink(self, place: Any) -> Sink:
        return place.setdefault("sink", MemorySink())

    def stored(self, place: Any) -> list[str] | None:
        return place["sink"].lines if "sink" in place else None


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    sink = JsonlSink(JsonlConfig(type="jsonl", path=str(tmp_path / "no" / "out.jsonl")))
    with pytest.raises(Fatal, match="No such file") as told:
        sink.write(LINES)
    assert str(tmp_path) in str(told.value)


def test_a_disk_that_fills_up_keeps_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    sink = JsonlSink(JsonlConfig(type="jsonl", path=str(file)))
    sink.write(LINES)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(Fatal, match="File too large"):
            sink.write("x" * 100 for _ in range(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, ignored)
    assert file.read_text().splitlines() == LINES
    assert [path.name for path in tmp_path.iterdir()] == ["out.jsonl"]


def test_sinks_are_known_by_name_and_checked() -> None:
    (found,) = configured([{"type": "jsonl", "path": "${env:HOME}/out.jsonl"}], {})
    assert found.label == "jsonl ${env:HOME}/out.jsonl"
    found.snapshot(MemoryLineage()).close()
    with pytest.raises(UsageError, match=r"unknown sink 'json'; did you mean 'jsonl'\?"):
        configured([{"type": "json"}], {})
    with pytest.raises(UsageError, match=r"sinks\.0: unknown key 'pth'; did you mean 'path'\?"):
        configured([{"type": "jsonl", "path": "x", "pth": "y"}], {})


def test_snapshots_do_not_need_the_secrets_of_others(tmp_path: Path) -> None:
    from specs.recipe.recipe import Recipe
    from workers.feed.snapshots import publish
    from workers.store.database import open_database

    sinks = [
        {"type": "webhook", "url": "https://host", "headers": {"Authorization": "${env:NO_SUCH_TOKEN}"}},
        {"type": "jsonl", "path": str(tmp_path / "out.jsonl")},
        {"type": "jsonl", "path": str(tmp_path / "changes.jsonl"), "mode": "changes"},
    ]
    recipe = Recipe.from_dict({"service": {"name": "shop", "type": "fake"}, "sinks": sinks})
    db = open_database(f"sqlite:///{tmp_path / 'catalog.db'}")
    done = publish(db, recipe, {})
    db.close()
    assert (list(done.lines), done.errors) == ([f"jsonl {tmp_path / 'out.jsonl'}"], [])
    with pytest.raises(UsageError, match=r"sinks\.0\.headers\.Authorization"):
        configured(sinks, {})
