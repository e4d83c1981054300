"""The commands that are measured: Headrace as people start it, on catalogs and recipes in a folder of ours."""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.benchmarks.meter import Cost, measure

HEADRACE = Path(sys.executable).with_name("headrace")
PASSWORD = "BENCH_PASSWORD"
FLOOR = Path(__file__).with_name("floor.py")


class Bench:
    """A folder for catalogs and recipes, and the server whose CPU time counts."""

    def __init__(self, folder: Path, server: int | None = None) -> None:
        self.folder = folder
        self.server = server
        self._numbers = itertools.count()

    def catalog(self) -> str:
        """The URL of a new, empty catalog."""
        return f"sqlite:///{self.folder}/catalog{next(self._numbers)}.db"

    def recipe(self, connector: str, connection: Mapping[str, Any], extract: Mapping[str, Any] | None = None) -> Path:
        """Write a recipe; JSON is YAML, too."""
        path = self.folder / f"recipe{next(self._numbers)}.yml"
        service = {"name": "bench", "type": connector}
        asked = {} if extract is None else {"extract": extract}
        path.write_text(json.dumps({"service": service, "connection": connection, **asked}))
        return path

    def referred(self, connector: str, connection: Mapping[str, Any]) -> Path:
        """A recipe for a cluster, which takes the settings of other people's connectors as references only; processes
        started from here have what they refer to."""
        names = {name: f"HEADRACE_BENCH_{name.upper()}" for name in connection}
        os.environ.update({names[name]: str(value) for name, value in connection.items()})
        return self.recipe(connector, {name: f"${{env:{variable}}}" for name, variable in names.items()})

    def postgres(self, url: str, extract: Mapping[str, Any] | None = None) -> Path:
        """The password comes from the environment, as clusters want it; processes started from here have it."""
        parts = urlsplit(url)
        os.environ[PASSWORD] = parts.password or ""
        return self.recipe(
            "postgres",
            {
                "host": parts.hostname,
                "port": parts.port,
                "database": parts.path.strip("/"),
                "username": parts.username,
                "password": f"${{env:{PASSWORD}}}",
            },
            extract,
        )

    def floor(self, url: str) -> Cost:
        return measure([sys.executable, FLOOR, url, self.folder / "floor.jsonl"], server=self.server)

    def crawl(self, recipe: Path, catalog: str, workers: int = 1, only: str | None = None) -> Cost:
        command = [HEADRACE, "crawl", recipe, "--workers", workers, "--catalog", catalog, "--quiet", "--json"]
        command += [] if only is None else ["--only", only]
        cost = measure(list(map(str, command)), server=self.server)
        if cost.said.get("status") != "complete":
            raise AssertionError(f"the crawl is not complete: {cost.said}")
        return cost

    def drop(self, catalog: str) -> None:
        for path in self.folder.glob(Path(catalog.removeprefix("sqlite:///")).name + "*"):
            path.unlink()


def alternate(runs: int, *commands: Any) -> list[list[Cost]]:
    """Run the commands in turn, ``runs`` times each, so that a busy moment strikes all of them; costs per command."""
    costs: list[list[Cost]] = [[] for _ in commands]
    for _ in range(runs):
        for command, found in zip(commands, costs, strict=True):
            found.append(command())
    return costs
