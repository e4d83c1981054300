"""Examines the installation and the catalog: each finding with evidence, and a remedy where it is not well."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# Not imported where they are needed: while the answer is waited for, a busy machine would pass for a silent catalog.
from scheduler.app.catalog.usability import location, missing, probe
from scheduler.app.deadline import ANSWER_SECONDS, items
from scheduler.app.doctor import sink_findings
from scheduler.app.doctor.finding import Finding
from specs.errors import HeadraceError

PACKAGES = ("specs", "connectors", "workers", "scheduler")
EARLIEST = 1_735_689_600.0
"""2025-01-01: a clock before this is wrong."""
SPACE = 1 << 30
"""Bytes that a catalog's disk should have left."""


def examine(catalog: str) -> Iterator[Finding]:
    """Every finding, in order. Nothing is created; the catalog is written to in a transaction that is undone. One that
    does not answer within a few seconds is named."""
    what, remedy = f"did not answer within {ANSWER_SECONDS:g} s", "see what holds it up there"
    found = items(_catalog(catalog), lambda: Finding("catalog", "bad", what, remedy))
    for check in (_python, _packages, _clock, _memory):
        yield check()
    yield from _drivers()
    yield from found()


def _python(version: tuple[int, ...] = sys.version_info[:3]) -> Finding:
    text = ".".join(map(str, version))
    if version < (3, 11):
        return Finding("python", "bad", text, "use Python 3.11 or newer")
    return Finding("python", "ok", f"{text} at {sys.executable}")


def _packages(load: Callable[[str], Any] = import_module) -> Finding:
    """The four packages must lie in one place: a folder called ``workers`` elsewhere may hide ours."""
    places = {name: str(Path(next(iter(load(name).__path__))).parent) for name in PACKAGES}
    if len(set(places.values())) > 1:
        listing = ", ".join(f"{name} in {place}" for name, place in places.items())
        return Finding("packages", "bad", listing, "leave the folder that hides them, or reinstall headrace")
    return Finding("packages", "ok", f"all four in {places['specs']}")


def _clock(clock: Callable[[], float] = time.time) -> Finding:
    now = clock()
    stamp = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if now < EARLIEST:
        return Finding("clock", "bad", stamp, "set the clock; leases and delays depend on it")
    return Finding("clock", "ok", stamp)


def _memory() -> Finding:
    limit = memory_limit()
    if limit is None:
        return Finding("memory", "ok", "no cgroup limit")
    text = f"cgroup limit {limit / 1e6:,.0f} MB"
    if limit < 256 << 20:
        return Finding("memory", "bad", text, "give the container at least 256 MB")
    return Finding("memory", "ok", text)


def memory_limit(root: Path = Path("/sys/fs/cgroup")) -> int | None:
    """The cgroup's memory limit in bytes (v2, then v1); ``None`` without one."""
    for name in ("memory.max", "memory/memory.limit_in_bytes"):
        try:
            text = (root / name).read_text().strip()
        except OSError:
            continue
        if text.isdigit() and int(text) < 1 << 50:
            return int(text)
    return None


def _drivers() -> Iterator[Finding]:
    from specs import registry

    for name in registry.known():
        try:
            spec = registry.load(name)
        except Exception as error:
            yield Finding(f"connector {name}", "bad", f"cannot be loaded: {error}", "reinstall it")
            continue
        if spec.driver and find_spec(spec.driver) is None:
            remedy = f"pip install 'headrace[{spec.extra}]'" if spec.extra else f"pip install {spec.driver}"
            yield Finding(f"connector {name}", "note", f"driver {spec.driver} is not installed", remedy)
        else:
            yield Finding(f"connector {name}", "ok", f"driver {spec.driver}" if spec.driver else "needs no driver")


def _catalog(url: str) -> Iterator[Finding]:
    place = location(url)
    if missing(url):
        yield Finding("catalog", "note", f"none yet at {place}", "the first crawl creates it")
    else:
        try:
            yield Finding("catalog", "ok", probe(url))
            yield from sink_findings.examine(url)
        except HeadraceError as error:
            yield Finding("catalog", "bad", error.what, error.remedy)
    if isinstance(place, Path):
        yield _space(place)


def _space(file: Path, usage: Callable[[Path], Any] = shutil.disk_usage) -> Finding:
    folder = next(each for each in file.absolute().parents if each.exists())
    free = usage(folder).free
    text = f"{free / 1e9:,.1f} GB free at {folder}"
    if free < SPACE:
        return Finding("disk space", "bad", text, "free space, or name another place with --catalog")
    return Finding("disk space", "ok", text)
