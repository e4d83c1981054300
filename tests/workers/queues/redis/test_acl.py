"""Every process of a cluster lives with the user that ``deploy/redis.acl`` gives it, and that user can do no more."""

from __future__ import annotations

import urllib.request
from pathlib import Path

import pytest
import redis

from tests.patience import PATIENCE
from tests.servers.process import free_port
from tests.workers.cluster.rig import check, cluster, fake, undisturbed
from tests.workers.cluster.test_bad_starts import headrace
from tests.workers.queues.redis.flavours import NAMES, ROOT
from tests.workers.queues.redis.secured import ACL, with_users
from workers.queues.redis.link import connect

pytestmark = pytest.mark.server
FORBIDDEN = (
    ("FLUSHALL",), ("FLUSHDB",), ("KEYS", "*"), ("SCAN", "0"), ("CONFIG", "GET", "*"), ("ACL", "LIST"), ("SHUTDOWN",),
    ("EVAL", "return 1", "0"), ("SCRIPT", "FLUSH"), ("CLIENT", "LIST"), ("MONITOR",), ("SLOWLOG", "GET"),
    ("SUBSCRIBE", "x"), ("REPLICAOF", "NO", "ONE"), ("GET", "elsewhere"), ("SET", "elsewhere", "1"),
)  # fmt: skip


@pytest.mark.parametrize("flavour", NAMES)
def test_a_crawl_needs_nothing_else(flavour: str, tmp_path: Path) -> None:
    recipe = fake(schemas=3, tables=60)
    with (
        with_users(flavour) as users,
        cluster(users.url("scheduler"), f"sqlite:///{tmp_path / 'wild.db'}", tmp_path) as made,
    ):
        metrics = f"127.0.0.1:{free_port()}"
        made.start("scheduler", "--listen", metrics)
        made.start("flusher", HEADRACE_REDIS=users.url("flusher"))
        made.worker(1, HEADRACE_REDIS=users.url("worker"))
        check(made, made.crawl(recipe), undisturbed(recipe, tmp_path))
        assert b"headrace_queue_bytes" in urllib.request.urlopen(f"http://{metrics}/metrics", timeout=PATIENCE).read()
        for command in (["top", "--once"], ["doctor"]) if flavour == "redis-7" else ():
            told = {"HEADRACE_REDIS": made.redis, "HEADRACE_CATALOG": made.catalog}
            code, out = headrace(tmp_path, *command, **told)
            assert code == 0, out
        # redis-py tells which version it is where it may (CLIENT SETINFO), and needs no answer
        assert [each for each in users.refused() if each.split()[1] not in ("client", "client|setinfo")] == []


def test_what_no_user_may_do() -> None:
    with with_users("redis-7") as users:
        assert users.roles() == {"scheduler", "worker", "flusher"}
        for user in users.roles():
            with connect(users.url(user)) as client:
                for command in FORBIDDEN:
                    with pytest.raises(redis.exceptions.NoPermissionError):
                        client.execute_command(*command)
        with connect(users.url("worker")) as worker, pytest.raises(redis.exceptions.NoPermissionError):
            worker.xdel("headrace:sink:0", "1-1")
        with connect(users.url("flusher")) as flusher, pytest.raises(redis.exceptions.NoPermissionError):
            flusher.lpush("headrace:hints:small", "x")
        with redis.Redis(port=users.server.port) as anybody, pytest.raises(redis.exceptions.NoPermissionError):
            anybody.get("headrace:sink:epoch")


def test_the_page_shows_these_lines() -> None:
    page = (ROOT / "docs" / "redis.md").read_text(encoding="utf-8")
    assert [line for line in ACL.read_text(encoding="utf-8").splitlines() if line not in page] == []
