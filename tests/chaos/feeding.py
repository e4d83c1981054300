"""A catalog whose recipe has a webhook, real publisher processes, and the proof that the other end is right."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from specs import names
from specs.contracts.assignment import Opening
from specs.topology.events import Start
from specs.topology.scope import Scope
from tests.patience import PATIENCE
from tests.servers.receiver import Fault, Hook, Receiver
from tests.workers.feed.told import catalog, row, store
from workers.feed import Subscriptions, letters
from workers.ledger import SqlLedger
from workers.store.database import SqlDatabase, open_database

ROOT = Path(__file__).parents[2]


class Feeding:
    """Publishers of one catalog that feed one webhook. ``close`` kills what still runs."""

    def __init__(self, url: str, folder: Path, faults: list[Fault | None] | None = None) -> None:
        self.url, self.folder = url, folder
        self.db: SqlDatabase = open_database(url)
        self.hook = Hook()
        self.receiver = Receiver(self.hook, faults)
        self.processes: list[subprocess.Popen[bytes]] = []
        self.logs: list[Path] = []

    def recipe(self, **settings: Any) -> None:
        """Open (and end) a run whose recipe has the webhook: that is how a publisher learns of it."""
        sink = {"type": "webhook", "url": f"{self.receiver.url}/in", "timeout": 1, "batch_entries": 20} | settings
        recipe = {"service": {"name": "shop", "type": "fake"}, "sinks": [sink]}
        start = Start("service", Scope.of("shop"), ["shop", "shop", {}, None])
        ledger = SqlLedger(self.db)
        run = ledger.open_run(Opening("shop", "fake", recipe, (start,), slots=1, via="cluster"), now=time.time())
        ledger.end(run.id, state="complete", reason="", now=time.time())

    def estate(self, schemas: int = 3, tables: int = 60) -> None:
        rows = [row("shop"), row("shop.db")]
        for schema in range(schemas):
            rows.append(row(f"shop.db.s{schema}"))
            rows += [row(f"shop.db.s{schema}.t{at:03}", comment="first") for at in range(tables)]
        store(self.db, *rows)

    def change(self, version: int) -> None:
        """A few hundred changes over several transactions: updates, new objects, containers among them."""
        for schema in range(3):
            changed = [row(f"shop.db.s{schema}.t{at:03}", comment=f"version {version}") for at in range(0, 60, 2)]
            new = f"shop.db.v{version}_{schema}"
            store(self.db, *changed, row(new), *[row(f"{new}.t{at}") for at in range(10)], run=f"run{version}{schema}")

    def publisher(self, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
        log = self.folder / f"publisher-{len(self.logs)}.log"
        self.logs.append(log)
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-c", "from scheduler.cli.cli import main; main()", "publisher", *arguments],
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True,
                env={**os.environ, "PYTHONPATH": str(ROOT), "HEADRACE_CATALOG": self.url, **environ},
            )  # fmt: skip
        self.processes.append(process)
        return process

    def follower(self) -> Any:
        return next(iter(Subscriptions(self.db).views()), None)

    def level(self) -> bool:
        found = self.follower()
        return bool(found and found.state == "following" and not found.behind)

    def until(self, true: Callable[[], object]) -> None:
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                told = "\n".join(log.read_text(errors="replace")[-3000:] for log in self.logs)
                raise AssertionError(f"waited in vain: {self.follower()}\n{told}")
            time.sleep(0.02)

    def prove(self, without: frozenset[str] = frozenset()) -> None:
        """Everything arrived, in order, containers first; and all of it once more would change nothing."""
        wanted = {key: entity for key, entity in catalog(self.db).items() if key[1] not in without}
        assert self.hook.objects == wanted
        newest: dict[tuple[str, str], int] = {}
        there: set[str] = set()
        for change in self.hook.told:
            key, fqn = (change["type"], change["fqn"]), change["fqn"]
            assert change["seq"] >= newest.get(key, 0), f"{fqn} arrived out of order"
            newest[key] = change["seq"]
            parts = names.split(fqn)
            assert len(parts) == 1 or names.build(*parts[:-1]) in there, f"{fqn} came before its container"
            there.add(fqn)
        assert {letter.fqn for letter in letters(self.db)} == without
        again = copy.deepcopy(self.hook.objects)
        for change in list(self.hook.told):
            self.hook.apply(change)
        assert self.hook.objects == again

    def repeated(self) -> int:
        """Changes that arrived more than once with the same number."""
        seen = [(change["type"], change["fqn"], change["seq"]) for change in self.hook.told]
        return len(seen) - len(set(seen))

    def close(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.receiver.stop()
        self.db.close()


@contextmanager
def feeding(url: str, folder: Path, faults: list[Fault | None] | None = None) -> Iterator[Feeding]:
    made = Feeding(url, folder, faults)
    try:
        yield made
    finally:
        made.close()


def dump(db: SqlDatabase) -> str:
    """All rows of all tables that this is about, as text."""
    found: list[Mapping[str, Any]] = []
    with db.read() as conn:
        for table in ("followers", "dead_letters", "runs", "processes"):
            found += [each._asdict() for each in conn.exec_driver_sql(f"SELECT * FROM {table}")]
    return json.dumps(found, default=str)
