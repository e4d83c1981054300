"""The sink queue over pipes, the parent's end: spawned workers send batches, and the flusher in this process reads and
acknowledges them."""

from __future__ import annotations

import pickle
import socket
import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from multiprocessing.connection import wait

from specs.contracts.work import Batch, CommitResult
from workers.queues.pipe.calls import CALL, CallServer
from workers.queues.pipe.frames import READ, Frames, frame
from workers.queues.pipe.producer import ACKS, BATCH, END, ERROR, STOP, WAKE
from workers.queues.times import MESSAGE_SECONDS, PIPE_LOOK_SECONDS


class PipeQueue:
    """The flusher's half of a ``SinkQueue`` of one shard, fed by one pipe per worker.

    Its size is bounded by the workers, each of which sends only within its credit of bytes. When a pipe ends, the
    worker's name is added to ``ended``; its complete batches stay in the queue, an incomplete message is dropped.
    ``errors`` are the errors that workers reported; ``server`` answers their calls of the ledger; ``patience`` are the
    seconds that a worker may take to read a message.
    """

    def __init__(self, server: CallServer | None = None, *, patience: float = MESSAGE_SECONDS) -> None:
        self._server, self._patience = server, patience
        self._pipes: dict[socket.socket, str] = {}
        self._frames: dict[socket.socket, Frames] = {}
        self._entries: OrderedDict[str, tuple[Batch, int, socket.socket]] = OrderedDict()
        self._arrival = threading.Condition()
        self._telling = threading.Lock()
        self._last = self.bytes = 0
        self.ended: list[str] = []
        self.errors: list[BaseException] = []
        self._closed = False
        self._bell, self._ear = socket.socketpair()
        self._thread = threading.Thread(target=self._receive, name="pipes", daemon=True)
        self._thread.start()

    def attach(self, worker: str, pipe: socket.socket) -> None:
        """Receive from ``pipe``, whose other end the process of ``worker`` has."""
        pipe.settimeout(self._patience)
        with self._arrival:
            self._pipes[pipe] = worker
            self._frames[pipe] = Frames()
        self._bell.send(b".")

    def holds(self, worker: str) -> bool:
        """Whether the queue holds batches of a worker that are not yet committed."""
        with self._arrival:
            return any(self._pipes.get(pipe) == worker for _, _, pipe in self._entries.values())

    def forget(self, worker: str) -> None:
        """Close the pipe of a worker that ended."""
        with self._arrival:
            for pipe in [pipe for pipe, name in self._pipes.items() if name == worker]:
                del self._pipes[pipe]
                pipe.close()

    def read(self, shard: int, limit: int) -> list[tuple[str, Batch]]:
        with self._arrival:
            return [(id_, batch) for id_, (batch, _, _) in islice(self._entries.items(), limit)]

    def remove(self, shard: int, ids: Iterable[str], results: Sequence[CommitResult]) -> None:
        acks: dict[socket.socket, list[tuple[tuple[str, int], int, CommitResult]]] = {}
        with self._arrival:
            for id_, result in zip(ids, results, strict=True):
                entry = self._entries.pop(id_, None)
                if entry is not None:
                    batch, size, pipe = entry
                    self.bytes -= size
                    acks.setdefault(pipe, []).append(((batch.unit, batch.fence), size, result))
        for pipe, told in acks.items():
            self._tell(pipe, frame(ACKS, pickle.dumps(told)))

    def arrived(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds for an entry, the end of a pipe or an error of a worker; returns whether there
        is an entry to read."""
        with self._arrival:
            self._arrival.wait_for(lambda: self._entries or self.ended or self.errors, timeout)
            return bool(self._entries)

    def wake(self) -> None:
        """Tell all workers that a unit may be ready."""
        self._tell_all(frame(WAKE, b""))

    def stop(self, reason: str) -> None:
        """Ask all workers to release their units."""
        self._tell_all(frame(STOP, reason.encode()))

    def end(self) -> None:
        """Tell all workers that the run is over."""
        self._tell_all(frame(END, b""))

    def close(self) -> None:
        """Stop receiving and close all pipes. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._bell.send(b".")
        self._thread.join()
        for pipe in [*self._pipes, self._bell, self._ear]:
            pipe.close()
        self._entries.clear()

    def _tell_all(self, data: bytes) -> None:
        with self._arrival:
            pipes = list(self._pipes)
        for pipe in pipes:
            self._tell(pipe, data)

    def _tell(self, pipe: socket.socket, data: bytes) -> None:
        try:
            with self._telling:  # flusher and call server both write, and messages must not mix
                pipe.sendall(data)
        except OSError:  # the worker is gone, or reads no more: in both cases its pipe is of no use
            with suppress(OSError):
                pipe.shutdown(socket.SHUT_RDWR)

    def _receive(self) -> None:
        while not self._closed:
            with self._arrival:
                open_ = list(self._frames)
            for ready in wait([*open_, self._ear], PIPE_LOOK_SECONDS):
                assert isinstance(ready, socket.socket)
                try:
                    data = ready.recv(READ)
                except OSError:
                    data = b""
                if ready is not self._ear:
                    self._received(ready, data)

    def _received(self, pipe: socket.socket, data: bytes) -> None:
        with self._arrival:
            if not data:
                del self._frames[pipe]
                self.ended.append(self._pipes[pipe])
            else:
                for kind, payload in self._frames[pipe].feed(data):
                    if kind == BATCH:
                        self._last += 1
                        self.bytes += len(payload)
                        self._entries[f"{self._last:016d}"] = (pickle.loads(payload), len(payload), pipe)
                    elif kind == CALL and self._server is not None:
                        self._server.take(partial(self._tell, pipe), payload)
                    elif kind == ERROR:
                        self.errors.append(pickle.loads(payload))
            self._arrival.notify_all()
