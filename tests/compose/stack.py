"""The compose file, run for real: a project of its own in a temporary folder, with secrets of its own."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from scheduler.app.runs.crawl import crawl
from specs.recipe.recipe import Recipe
from tests.compose.engine import run
from tests.servers.process import free_port
from workers.catalog import Catalog
from workers.ledger import SqlLedger
from workers.store.database import open_database

ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
FAKE = "specs.testing.fake:spec"


class Stack:
    """A running cluster of containers, started by one generation of compose; ``catalog`` is its URL as this machine
    sees it."""

    def __init__(self, folder: Path, compose: list[str], **environ: str) -> None:
        self.folder, self.name, self._compose = folder, f"headrace{os.getpid()}", compose
        first = free_port()
        ports = f"{first}-{first + 1}"  # one for a standby
        self.environ = {"SOURCE": str(ROOT), "METRICS_PORT": ports, "WORKER_MEMORY": "256m", **environ}
        shutil.copytree(ROOT / "deploy", folder / "deploy", ignore=shutil.ignore_patterns("secrets", "recipes"))
        run(folder / "deploy" / "init")

    def compose(self, *arguments: str, check: bool = True, timeout: float = 900) -> str:
        return run(*self.command(*arguments), check=check, timeout=timeout, **self.environ)

    def command(self, *arguments: str) -> list[str]:
        files = ["-f", str(ROOT / "docker-compose.yml"), "-f", str(Path(__file__).with_name("override.yml"))]
        return [*self._compose, *files, "--project-directory", str(self.folder), "-p", self.name, *arguments]

    def up(self, workers: int, schedulers: int = 1) -> None:
        """Start what is not running, and wait until every container is healthy."""
        scale = ("--scale", f"worker={workers}", "--scale", f"scheduler={schedulers}")
        try:
            self.compose("up", "-d", "--no-build", *scale)
        except RuntimeError as error:
            raise AssertionError(f"{error}\n{self.story()}") from None
        self.until(lambda: not self.unhealthy(), self.story)

    @functools.cached_property
    def catalog(self) -> str:
        password = (self.folder / "deploy/secrets/postgres-password").read_text().strip()
        return f"postgresql://headrace:{password}@{self.address('postgres')}:5432/headrace"

    def forget(self) -> None:
        """A container that was restarted may have another address."""
        self.__dict__.pop("catalog", None)

    def address(self, service: str) -> str:
        """Of a container on the project's network, which this machine reaches."""
        found: str = next(iter(self.inspect(self.containers(service)[0])["NetworkSettings"]["Networks"].values()))[
            "IPAddress"
        ]
        return found

    def containers(self, service: str = "", *, all_: bool = False) -> list[str]:
        """Ids of the containers of one service, or of all."""
        filters = ["--filter", f"label=com.docker.compose.project={self.name}"]
        if service:
            filters += ["--filter", f"label=com.docker.compose.service={service}"]
        filters += ["--filter", "label=com.docker.compose.oneoff=False"]
        return run("docker", "ps", "-q", *(["-a"] if all_ else []), *filters).split()

    def inspect(self, container: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run("docker", "inspect", container))[0]
        return found

    def unhealthy(self) -> list[str]:
        """Containers that are not running and healthy, with their state."""
        found = []
        for container in self.containers(all_=True):
            seen = self.inspect(container)
            state = seen["State"]
            health = state.get("Health", {}).get("Status", "no check")
            if state["Status"] != "running" or health != "healthy":
                found.append(f"{seen['Name']}: {state['Status']}, {health}")
        return found

    def recipe(self, name: str, recipe: dict[str, Any]) -> str:
        """Write a recipe where the scheduler sees it; returns its path there."""
        file = self.folder / "deploy" / "recipes" / f"{name}.yml"
        file.write_text(yaml.safe_dump(recipe))
        file.chmod(0o644)
        return f"/recipes/{name}.yml"

    def enqueue(self, path: str) -> subprocess.Popen[str]:
        """``headrace enqueue --wait`` in a container of its own."""
        words = ["enqueue", path, "--wait", "--quiet", "--json"]
        command = self.command("run", "--rm", "-T", "--no-deps", "scheduler", *words)
        return subprocess.Popen(
            command, env={**os.environ, **self.environ}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def crawled(self, path: str, disturb: Callable[[], None] | None = None) -> dict[str, Any]:
        """The summary of a run that ``disturb`` disturbs while it is open."""
        process = self.enqueue(path)
        try:
            if disturb:
                self.until(lambda: process.poll() is not None or self.busy(), self.story)
                assert process.poll() is None, "the run was over before it could be disturbed"
                disturb()
            out, err = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the run does not end\n{self.story()}") from None
        finally:
            process.kill()
            process.wait()
        assert out, f"{process.returncode}: {err}\n{self.story()}"
        summary: dict[str, Any] = json.loads(out)
        return summary

    def busy(self) -> bool:
        """Whether somebody holds a unit of an open run, after something was stored."""
        with self.ledger() as ledger:
            runs = ledger.open_runs()
            return any(ledger.holders(each.id)[0] and ledger.progress(each.id).done for each in runs)

    @contextmanager
    def ledger(self) -> Iterator[SqlLedger]:
        db = open_database(self.catalog, create=False)
        try:
            yield SqlLedger(db)
        finally:
            db.close()

    def export(self, service: str) -> list[str]:
        db = open_database(self.catalog, create=False)
        try:
            return list(Catalog(db).export(service))
        finally:
            db.close()

    def until(self, true: Callable[[], object], story: Callable[[], str] = str, patience: float = PATIENCE) -> None:
        end = time.monotonic() + patience
        while not true():
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain\n{story()}")
            time.sleep(0.1)

    def story(self) -> str:
        """The state of all containers and what they wrote last."""
        return "\n".join(self.unhealthy()) + "\n" + self.compose("logs", "--no-color", "--tail=25", check=False)

    def down(self) -> None:
        self.compose("down", "-v", "--remove-orphans", "-t", "10", check=False)


@contextmanager
def stack(compose: list[str], **environ: str) -> Iterator[Stack]:
    """Built, with nothing started yet; everything of it is removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="hr-stack-", dir="/var/tmp"))
    folder.chmod(0o755)
    try:
        made = Stack(folder, compose, **environ)
        try:
            made.compose("build", "scheduler")
            yield made
        finally:
            made.down()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def calm(recipe: dict[str, Any]) -> list[str]:
    """The export of an embedded crawl of the same recipe."""
    with tempfile.TemporaryDirectory(prefix="hr-calm-") as folder:
        url = f"sqlite:///{folder}/calm.db"
        summary = crawl(Recipe.from_dict(recipe), catalog=url)
        assert summary.status in ("complete", "partial"), summary
        db = open_database(url, create=False)
        try:
            return list(Catalog(db).export())
        finally:
            db.close()
