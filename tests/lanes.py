"""Which process of ``pytest -n`` runs which tests: some mostly wait, some mostly compute, and both go on side by side.

Every other process, the first included, begins with the tests that wait for clusters, kills and leases, the longest
first; the others begin with the rest, file by file, so that what the tests of a file share is made once. A process that
is through with its kind helps with the other one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from xdist.scheduler.loadscope import LoadScopeScheduling

WAITING = (
    "tests/chaos/test_workers_killed.py",
    "tests/chaos/test_processes_killed.py",
    "tests/chaos/test_parts_killed.py",
    "tests/workers/cluster/test_crawls_on_a_cluster.py",
    "tests/chaos/test_silent_processes.py",
    "tests/scheduler/local/test_up",
    "tests/chaos/test_network.py",
    "tests/chaos/",
    "tests/workers/cluster/",
    "tests/workers/queues/redis/test_flavours.py",
    "tests/workers/queues/redis/test_acl.py",
    "tests/workers/queues/redis/test_tls.py",
    "tests/workers/process/logs/test_every_line_is_json.py",
)
"""How the paths of tests begin that mostly wait, in the order in which they start. Each of them is handed out alone."""


@cache
def rank(test: str) -> int:
    """The place of a test among those that wait; ``len(WAITING)`` for one that computes."""
    return next((at for at, path in enumerate(WAITING) if test.startswith(path)), len(WAITING))


class LaneScheduling(LoadScopeScheduling):
    """Hands out tests that wait one by one, and the others by file."""

    def _split_scope(self, nodeid: str) -> str:
        return nodeid if rank(nodeid) < len(WAITING) else nodeid.partition("::")[0]

    def _assign_work_unit(self, node: Any) -> None:
        if self.nodes.index(node) % 2 == 0:
            first = min(self.workqueue, key=rank)
        else:
            first = min(self.workqueue, key=lambda scope: (rank(scope) < len(WAITING), rank(scope)))
        self.workqueue.move_to_end(first, last=False)
        super()._assign_work_unit(node)

    def _reschedule(self, node: Any) -> None:
        # A process has to know the test behind the one that it runs. Whatever more it holds, nobody else can take.
        if not self.workqueue or self._pending_of(self.assigned_work[node]) < 2:
            super()._reschedule(node)
