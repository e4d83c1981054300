"""Redis 6.2, 7 and 8 and Valkey: the queue's suite on each."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from specs.contracts.work import SinkQueue
from specs.testing.queue import QueueSuite
from tests.servers.process import private_folder
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import check, cluster, fake, undisturbed
from tests.workers.queues.redis.flavours import NAMES, started
from workers.queues.redis.link import connect, reach
from workers.queues.redis.queue import RedisQueue

pytestmark = pytest.mark.server
_numbers = itertools.count()


@pytest.fixture(scope="module", params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[RedisServer]:
    made = started(request.param)
    yield made
    made.stop()


class TestQueue(QueueSuite):
    @pytest.fixture(autouse=True)
    def _server(self, server: RedisServer) -> None:
        self._url = server.url

    @contextmanager
    def queue(self, *, max_bytes: int = 10_000_000) -> Iterator[SinkQueue]:
        made = RedisQueue(connect(self._url), prefix=f"suite{next(_numbers)}", max_bytes=max_bytes)
        yield made
        made.close()


def test_it_is_new_enough(server: RedisServer) -> None:
    """``test_acl.py`` has a crawl on each of them."""
    with connect(server.url) as client:
        reach(client, "here")


def test_a_crawl_through_a_socket(tmp_path: Path) -> None:
    recipe = fake(schemas=3, tables=60)
    folder = private_folder("hr-sock-", None)
    folder.chmod(0o777)
    server = started("valkey", "--unixsocket", str(folder / "redis"), "--unixsocketperm", "777")
    try:
        with cluster(f"unix://{folder}/redis?db=1", f"sqlite:///{tmp_path / 'wild.db'}", tmp_path) as made:
            made.flusher()
            made.worker(1)
            check(made, made.crawl(recipe), undisturbed(recipe, tmp_path))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
