"""Calls of the ledger and of the resolver through the pipe: a spawned worker needs no database driver and no connection
of its own."""

from __future__ import annotations

import pickle
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, cast

from specs.contracts.ledger import UnitLedger
from specs.contracts.parts.resolver import Resolver
from specs.errors import Fatal, HeadraceError
from workers.queues.pipe.frames import frame

CALL, REPLY = b"C", b"R"
"""Kinds of messages: ``(number, method, args, kwargs)`` to the parent, ``(number, ok, value or error)`` back."""
Ask = Callable[[str, tuple[Any, ...], dict[str, Any]], Any]
"""Sends a call as the method's name and its arguments, and returns the reply."""


def _methods(protocol: type[Any]) -> frozenset[str]:
    return frozenset(name for name, each in vars(protocol).items() if isinstance(each, FunctionType) and name[0] != "_")


CALLS = _methods(UnitLedger)
"""Methods of the ledger that a worker may call: those of the protocol."""
LOOKUPS = _methods(Resolver)
"""Methods of the resolver. The ledger has none of these names."""


def asked(ask: Ask) -> UnitLedger:
    """The ledger behind a pipe: every call goes to ``ask``."""
    return cast(UnitLedger, _Asked(ask, CALLS))


def looked_up(ask: Ask) -> Resolver:
    """The resolver behind a pipe: every call goes to ``ask``."""
    return cast(Resolver, _Asked(ask, LOOKUPS))


class _Asked:
    def __init__(self, ask: Ask, methods: frozenset[str]) -> None:
        self._ask, self._methods = ask, methods

    def __getattr__(self, method: str) -> Callable[..., Any]:
        if method not in self._methods:
            raise AttributeError(method)
        return lambda *args, **kwargs: self._ask(method, args, kwargs)


@dataclass(frozen=True, slots=True)
class _Call:
    reply: Callable[[bytes], None]
    number: int
    method: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]


class CallServer:
    """Answers the workers' calls in the parent process, in threads, so that a slow call does not delay the thread that
    receives batches.

    Renewals have a thread of their own: if they waited behind another slow call, the leases of all workers would
    expire. So have lookups in the catalog, which would delay claims.
    """

    def __init__(
        self, ledger: UnitLedger, resolver: Resolver | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._ledger, self._resolver, self._clock = ledger, resolver, clock
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._renewals: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._lookups: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        waiting = {"calls": self._calls, "renewals": self._renewals, "lookups": self._lookups}
        self._threads = [
            threading.Thread(target=self._answer, args=[calls], name=name, daemon=True)
            for name, calls in waiting.items()
        ]
        for thread in self._threads:
            thread.start()

    def take(self, reply: Callable[[bytes], None], payload: bytes) -> None:
        """Queue a call; ``reply`` gets its answer later, as the bytes of one message."""
        call = _Call(reply, *pickle.loads(payload))
        lookup = self._lookups if call.method in LOOKUPS else self._calls
        (self._renewals if call.method == "renew" else lookup).put(call)

    def close(self) -> None:
        """Answer the calls that are queued, then end the threads."""
        for calls in (self._calls, self._renewals, self._lookups):
            calls.put(None)
        for thread in self._threads:
            thread.join()

    def _answer(self, calls: queue.SimpleQueue[_Call | None]) -> None:
        while (call := calls.get()) is not None:
            if "now" in call.kwargs:  # the call may have waited here: a lease begins when it is granted, not when asked
                call.kwargs["now"] = self._clock()
            answer = self._call(call.method, call.args, call.kwargs)
            call.reply(frame(REPLY, pickle.dumps((call.number, *answer))))

    def _call(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[bool, Any]:
        assert method in CALLS | LOOKUPS, method
        try:
            return True, getattr(self._resolver if method in LOOKUPS else self._ledger, method)(*args, **kwargs)
        except HeadraceError as error:
            return False, error
        except Exception as error:  # the worker raises it and so ends the run
            return False, Fatal(f"the ledger broke: {type(error).__name__}: {error}", reason="internal")


class Asking:
    """The calls of one worker that wait for their replies; ``send`` writes a message to the parent."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._change = threading.Condition()
        self._replies: dict[int, tuple[bool, Any]] = {}
        self._last = 0
        self._error: BaseException | None = None

    def call(self, method: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """What the parent's ledger returns for this call. Blocks until the reply comes; raises the error that the
        ledger raised, or the one given to ``fail``."""
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
        """Hand a reply of the parent to the call that waits for it."""
        number, ok, value = pickle.loads(payload)
        with self._change:
            self._replies[number] = (ok, value)
            self._change.notify_all()

    def fail(self, error: BaseException) -> None:
        """Raise ``error`` in every call that waits, and in every later one."""
        with self._change:
            self._error = error
            self._change.notify_all()
