"""The ledger, asked through the pipe: a spawned worker needs neither a database driver nor a connection of its own."""

from __future__ import annotations

import pickle
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from specs.contracts.ledger import Ledger
from specs.contracts.positions import SourcePosition
from specs.contracts.work import Claim, QueuePosition
from specs.errors import Fatal, HeadraceError
from workers.queues.pipe.frames import frame

CALL, REPLY = b"C", b"R"
"""Kinds of messages: ``(number, method, args, kwargs)`` to the parent, ``(number, ok, value or error)`` back."""
ALLOWED = frozenset({"identify", "claim", "renew", "touch", "flushing", "release", "report", "suspects", "sizes"})


class AskedLedger:
    """What a worker needs of the ledger (methods as in ``specs.contracts.ledger.Ledger``), asked with ``ask``."""

    def __init__(self, ask: Callable[[str, tuple[Any, ...], dict[str, Any]], Any]) -> None:
        self._ask = ask

    def identify(
        self, run: str, identity: str, *, accept: bool, position: SourcePosition | None = None, settle: bool = True,
        now: float,
    ) -> bool:  # fmt: skip
        given = {"accept": accept, "position": position, "settle": settle, "now": now}
        return bool(self._ask("identify", (run, identity), given))

    def claim(
        self, worker: str, *, run: str | None = None, queue: str | None = None, lease: float = 60.0, now: float
    ) -> Claim | None:
        given = {"run": run, "queue": queue, "lease": lease, "now": now}
        claim: Claim | None = self._ask("claim", (worker,), given)
        return claim

    def renew(self, unit: str, fence: int, *, lease: float = 60.0, progress: str = "", now: float) -> bool:
        return bool(self._ask("renew", (unit, fence), {"lease": lease, "progress": progress, "now": now}))

    def touch(self, unit: str, fence: int, node: str, listing: str, key: str) -> bool:
        return bool(self._ask("touch", (unit, fence, node, listing, key), {}))

    def flushing(self, unit: str, fence: int, position: QueuePosition) -> bool:
        return bool(self._ask("flushing", (unit, fence, position), {}))

    def release(
        self, unit: str, fence: int, *, now: float, reason: str = "", delay: float = 0.0, failed: bool = False
    ) -> bool:
        given = {"now": now, "reason": reason, "delay": delay, "failed": failed}
        return bool(self._ask("release", (unit, fence), given))

    def report(self, service: str, ok: bool, now: float, reason: str = "") -> None:
        self._ask("report", (service, ok, now, reason), {})

    def suspects(self, unit: str) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = self._ask("suspects", (unit,), {})
        return found

    def sizes(self, listings: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = self._ask("sizes", (list(listings),), {})
        return found


@dataclass(frozen=True, slots=True)
class _Call:
    reply: Callable[[bytes], None]
    number: int
    method: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class Clerk:
    """Answers the workers' calls in threads of its own, so that no call holds up the receiving of batches.

    Renewals have one to themselves: behind another call that takes long, leases of all workers would run out.
    """

    def __init__(self, ledger: Ledger, *, clock: Callable[[], float] = time.time) -> None:
        self._ledger, self._clock = ledger, clock
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._renewals: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._answer, args=[calls], name=name, daemon=True)
            for calls, name in ((self._calls, "clerk"), (self._renewals, "renewals"))
        ]
        for thread in self._threads:
            thread.start()

    def take(self, reply: Callable[[bytes], None], payload: bytes) -> None:
        """Queue a call; its answer, a whole message, goes to ``reply``."""
        call = _Call(reply, *pickle.loads(payload))
        (self._renewals if call.method == "renew" else self._calls).put(call)

    def close(self) -> None:
        self._calls.put(None)
        self._renewals.put(None)
        for thread in self._threads:
            thread.join()

    def _answer(self, calls: queue.SimpleQueue[_Call | None]) -> None:
        while (call := calls.get()) is not None:
            if "now" in call.kwargs:  # it waited for its turn: a lease does not begin when it was asked for
                call.kwargs["now"] = self._clock()
            answer = self._call(call.method, call.args, call.kwargs)
            call.reply(frame(REPLY, pickle.dumps((call.number, *answer))))

    def _call(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[bool, Any]:
        assert method in ALLOWED, method
        try:
            return True, getattr(self._ledger, method)(*args, **kwargs)
        except HeadraceError as error:
            return False, error
        except Exception as error:  # told to the worker, which ends the run with it
            return False, Fatal(f"the ledger broke: {type(error).__name__}: {error}", reason="internal")


class Asking:
    """A worker's open calls. ``call`` blocks until the reply came, or raises the error of ``fail``."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._change = threading.Condition()
        self._replies: dict[int, tuple[bool, Any]] = {}
        self._last = 0
        self._error: BaseException | None = None

    def call(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with self._change:
            self._last += 1
            number = self._last
        self._send(frame(CALL, pickle.dumps((number, method, args, kwargs))))
        with self._change:
            self._change.wait_for(lambda: number in self._replies or self._error is not None)
            if number not in self._replies:
                assert self._error is not None
                raise self._error
            ok, value = self._replies.pop(number)
        if not ok:
            raise value
        return value

    def replied(self, payload: bytes) -> None:
        number, ok, value = pickle.loads(payload)
        with self._change:
            self._replies[number] = (ok, value)
            self._change.notify_all()

    def fail(self, error: BaseException) -> None:
        with self._change:
            self._error = error
            self._change.notify_all()
