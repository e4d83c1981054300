"""The ledger, asked through the pipe: a spawned worker needs neither a database driver nor a connection of its own."""

from __future__ import annotations

import pickle
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any

from specs.errors import Fatal, HeadraceError
from specs.ledger import Ledger
from specs.positions import SourcePosition
from specs.work import Claim, Position
from workers.queues.frames import frame

CALL, REPLY = b"C", b"R"
"""Kinds of messages: ``(number, method, args, kwargs)`` to the parent, ``(number, ok, value or error)`` back."""
ALLOWED = frozenset({"identify", "claim", "renew", "touch", "flushing", "release", "report", "suspects", "sizes"})


class AskedLedger:
    """What a worker needs of the ledger (the methods are those of ``specs.ledger.Ledger``), asked with ``ask``."""

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

    def flushing(self, unit: str, fence: int, position: Position) -> bool:
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


class Clerk:
    """Answers the workers' calls in a thread of its own, so that no call holds up the receiving of batches."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._calls: queue.SimpleQueue[tuple[Callable[[bytes], None], bytes] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._answer, name="clerk", daemon=True)
        self._thread.start()

    def take(self, reply: Callable[[bytes], None], payload: bytes) -> None:
        """Queue a call; its answer, a whole message, goes to ``reply``."""
        self._calls.put((reply, payload))

    def close(self) -> None:
        self._calls.put(None)
        self._thread.join()

    def _answer(self) -> None:
        while (call := self._calls.get()) is not None:
            reply, payload = call
            number, method, args, kwargs = pickle.loads(payload)
            reply(frame(REPLY, pickle.dumps((number, *self._call(method, args, kwargs)))))

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
