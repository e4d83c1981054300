"""A spawned worker that lost a thread ends, so that its parent notices and spawns another one."""

from __future__ import annotations

import pickle
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from specs.contracts.assignment import Assignment
from specs.recipe.recipe import Recipe
from tests.patience import PATIENCE
from workers.embedded.child import DEAF, Order
from workers.process.governor import share
from workers.process.governor.budget import given as available
from workers.process.governor.child_heartbeats import Heartbeats
from workers.queues.pipe.frames import frame
from workers.queues.pipe.producer import ACKS, ORDER

START = "import sys; from workers.embedded.child import main; main(int(sys.argv[1]), int(sys.argv[2]))"


def test_a_worker_that_cannot_hear_ends() -> None:
    recipe = Recipe.from_dict({"service": {"name": "shop", "type": "specs.testing.fake:spec"}})
    ours, theirs = socket.socketpair()
    heartbeats = Heartbeats()
    with ours, theirs, closing(heartbeats):
        given = (theirs.fileno(), heartbeats.writer)
        process = subprocess.Popen(
            [sys.executable, "-c", START, *map(str, given)], pass_fds=given,
            cwd=Path(__file__).parents[3], stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            order = Order("w/1", "w", Assignment("run", recipe), share(1, memory=available()))
            ours.sendall(frame(ORDER, pickle.dumps(order)))
            ours.sendall(frame(ACKS, b"what breaks the thread that hears"))
            _, told = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == DEAF
    assert b"UnpicklingError" in told
