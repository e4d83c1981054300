"""Keeps child processes running until the stop flag is set, and then ends all of them."""

from __future__ import annotations

import select
import time
from collections.abc import Callable, Sequence

from scheduler.local.child import ChildProcess, ProcessPlan
from scheduler.local.times import LEAVE_SECONDS, LOOK_SECONDS, START_SECONDS
from specs.errors import Fatal
from workers.process.stop_flag import StopFlag

FIRST_DEATHS = 6
"""Deaths of a server before its first answer after which the command gives up."""
Tell = Callable[[str, str], None]
"""Gets the name of a child and a line about or from it."""


class Supervisor:
    """Groups of children; use it in the main thread, as a context manager.

    At the end of the block the groups are stopped, the one that was started last first; a child that does not end
    within ``leave`` seconds is killed.
    """

    def __init__(self, tell: Tell, stop: StopFlag, *, leave: float = LEAVE_SECONDS, deaths: int = FIRST_DEATHS) -> None:
        self._tell, self._stop, self._leave, self._deaths = tell, stop, leave, deaths
        self._groups: list[list[ChildProcess]] = []

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        try:
            for group in reversed(self._groups):
                self._end(group)
        finally:
            for child in self.children:
                child.kill()

    @property
    def children(self) -> list[ChildProcess]:
        return [child for group in self._groups for child in group]

    def start(self, plans: Sequence[ProcessPlan]) -> list[ChildProcess]:
        """Start a group of children."""
        self._groups.append([])
        for plan in plans:
            child = ChildProcess(plan, lambda line, name=plan.name: self._tell(name, line))  # type: ignore[misc]
            self._groups[-1].append(child)
            child.start()
        return self._groups[-1]

    def wait(self, children: Sequence[ChildProcess], answers: Callable[[ChildProcess], bool]) -> bool:
        """Wait until all of ``children`` answer; returns whether they do, ``False`` when the stop flag was set.

        Raises ``Fatal`` with the end of a server's log when it does not answer within ``START_SECONDS``, or dies
        as often as ``deaths`` allows.
        """
        end, missing = time.monotonic() + START_SECONDS, list(children)
        while missing and not self._stop.is_set():
            self._turn()
            missing = [child for child in missing if not (child.running and answers(child))]
            hopeless = next((child for child in missing if child.deaths >= self._deaths), None)
            if hopeless is not None or (missing and time.monotonic() > end):
                plan = (hopeless or missing[0]).plan
                raise Fatal(f"{plan.name} does not start: {_tail(plan)}", str(plan.log or ""), reason="server")
        return not self._stop.is_set()

    def run(self) -> None:
        """Keep the children running until the stop flag is set."""
        while not self._stop.is_set():
            self._turn()

    def _turn(self) -> None:
        streams = [child.process.stdout for child in self.children if child.running and child.process]
        select.select([stream for stream in streams if stream], [], [], LOOK_SECONDS)
        for child in self.children:
            child.lines()
            child.tick()

    def _end(self, group: Sequence[ChildProcess]) -> None:
        end = time.monotonic() + self._leave
        for child in group:
            child.signal(child.plan.end)
        while any(child.running for child in group) and time.monotonic() < end:
            for child in group:
                child.lines()
            time.sleep(LOOK_SECONDS / 4)
        for child in group:
            if child.running:
                self._tell(child.plan.name, "does not end, so it is killed")
            child.kill()


def _tail(plan: ProcessPlan) -> str:
    if plan.log is None or not plan.log.exists():
        return "it said nothing"
    return " ".join(plan.log.read_text("utf-8", "replace")[-400:].split()) or "it said nothing"
