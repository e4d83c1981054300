"""Files that hold a catalog are their owner's alone, and nobody else can make us write elsewhere."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from scheduler.cli.export_file import write
from specs.contracts.sink import Change
from specs.recipe.recipe import ServiceRef
from workers.sinks.jsonl.appended import AppendingSink
from workers.sinks.jsonl.config import JsonlConfig
from workers.sinks.jsonl.snapshot import JsonlSink
from workers.store.database import open_database
from workers.store.private_files import replacing


@pytest.fixture(autouse=True)
def lax() -> Iterator[None]:
    """A umask that keeps nobody out."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def jsonl(path: Path, **values: Any) -> JsonlConfig:
    return JsonlConfig(type="jsonl", path=str(path), **values)


def test_what_holds_a_catalog_is_ours_alone(tmp_path: Path) -> None:
    with closing(open_database(f"sqlite:///{tmp_path / 'catalog.db'}")) as db, db.write() as conn:
        conn.exec_driver_sql("create table more (x)")
        JsonlSink(jsonl(tmp_path / "out.jsonl")).write(["{}"])
        write(str(tmp_path / "export.jsonl"), ["{}"])
        found = {path.name: mode(path) for path in tmp_path.iterdir()}
    assert {"catalog.db", "catalog.db-wal", "catalog.db-shm", "out.jsonl", "export.jsonl"} == found.keys()
    assert set(found.values()) == {0o600}


def test_a_file_that_grows_is_ours_alone(tmp_path: Path) -> None:
    sink = AppendingSink(jsonl(tmp_path / "out.jsonl", mode="changes"), ServiceRef(name="shop", type="postgres"))
    sink.deliver([Change(1, "delete", "Table", "shop.public.orders")])
    assert mode(tmp_path / "out.jsonl") == 0o600


def test_permissions_that_somebody_gave_stay(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    JsonlSink(jsonl(file)).write(["{}"])
    file.chmod(0o640)
    JsonlSink(jsonl(file)).write(["{}", "{}"])
    assert (mode(file), file.read_text()) == (0o640, "{}\n{}\n")


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    """Whoever may write to the folder puts links where the file aside has lain so far."""
    victim = tmp_path / "victim"
    victim.write_text("mine")
    folder = tmp_path / "shared"
    folder.mkdir()
    for name in (f".out.jsonl.{os.getpid()}.tmp", f"out.jsonl.{os.getpid()}.part"):
        (folder / name).symlink_to(victim)
    JsonlSink(jsonl(folder / "out.jsonl")).write(["{}"])
    write(str(folder / "out.jsonl"), ["{}"])
    (folder / "link.jsonl").symlink_to(victim)
    JsonlSink(jsonl(folder / "link.jsonl")).write(["{}"])
    assert victim.read_text() == "mine"
    assert not (folder / "link.jsonl").is_symlink()


def test_what_a_killed_process_left_goes_and_what_one_writes_stays(tmp_path: Path) -> None:
    left, written = (tmp_path / f".out.jsonl.{n}.tmp" for n in (1, 2))
    left.write_text("half")
    with written.open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with replacing(tmp_path / "out.jsonl") as first:
            first.write("{}\n")
            JsonlSink(jsonl(tmp_path / "out.jsonl")).write(["{}"])  # beside the first one
        assert sorted(path.name for path in tmp_path.iterdir()) == [written.name, "out.jsonl"]
