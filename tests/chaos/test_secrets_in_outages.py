"""What processes say while Redis, catalog and source are out holds no password; what waits in Redis neither."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from specs.recipe.recipe import Recipe
from tests.chaos.proof import proof
from tests.chaos.sources import crawling, filled
from tests.chaos.waiting import wait, working
from tests.servers.postgres import IMMEDIATE, PostgresServer, create_database
from tests.servers.proxy import Proxy
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import PATIENCE, Cluster, cluster, undisturbed
from workers.cluster.membership import sink
from workers.ledger import SqlLedger
from workers.queues.redis.link import connect

pytestmark = [pytest.mark.chaos, pytest.mark.server]
SECRETS = {"redis": "redis-geheim-71", "keeper": "catalog-geheim-72", "reader": "source-geheim-73"}


@pytest.fixture
def shared(server: PostgresServer) -> PostgresServer:
    """A server for catalog and source, with a role for each."""
    with psycopg.connect(server.url, autocommit=True) as connection:
        for role in ("keeper", "reader"):
            connection.execute(f"CREATE ROLE {role} SUPERUSER LOGIN PASSWORD '{SECRETS[role]}'")
    return server


def login(url: str, role: str) -> str:
    return f"postgresql://{role}:{SECRETS[role]}@{url.rpartition('@')[2]}"


def lying(client: Any) -> Iterator[tuple[str, str]]:
    """Every key of Redis and what it holds."""
    read = {
        b"string": client.get, b"hash": client.hgetall, b"set": client.smembers, b"stream": client.xrange,
        b"list": lambda key: client.lrange(key, 0, -1), b"zset": lambda key: client.zrange(key, 0, -1),
    }  # fmt: skip
    for key in client.scan_iter():
        yield f"key {key.decode()}", repr((key, read[client.type(key)](key)))


def waiting(made: Cluster) -> Iterator[tuple[str, str]]:
    """The batches that wait for a flusher, unpacked."""
    with closing(sink(made.settings)) as queue:
        for shard in range(queue.shards):
            for id_, batch in queue.read(shard, 100):
                yield f"batch {id_}", repr(batch)


def test_no_password_in_logs_of_outages_nor_in_redis(
    redis_alone: RedisServer, shared: PostgresServer, tmp_path: Path
) -> None:
    shop = login(filled(create_database(shared.url, "shop"), schemas=40, tables=60), "reader")
    calm = undisturbed(crawling(shop), tmp_path)
    typed = crawling(shop).to_dict()
    recipe = Recipe.from_dict({**typed, "connection": {**typed["connection"], "password": "${env:SHOP}"}})
    catalog = login(create_database(shared.url, "catalog"), "keeper")
    proxy = Proxy(redis_alone.port)
    redis = f"redis://:{SECRETS['redis']}@127.0.0.1:{proxy.port}/0"
    places: dict[str, str] = {}
    with redis_alone.client() as client:
        client.config_set("requirepass", SECRETS["redis"])
    with cluster(redis, catalog, tmp_path, SHOP=SECRETS["reader"], HEADRACE_CATALOG_TIMEOUT="3") as made:
        flusher = made.flusher()
        made.scheduler()
        made.worker(2)

        def disturb(ledger: SqlLedger) -> None:
            working(ledger)
            os.killpg(flusher.pid, signal.SIGSTOP)
            with closing(sink(made.settings)) as queue:
                wait(lambda: sum(entries for entries, _ in queue.sizes()))
            with connect(redis) as inside:
                places.update({**dict(lying(inside)), **dict(waiting(made))})
            os.killpg(flusher.pid, signal.SIGCONT)
            proxy.set("refuse")
            late = made.start("worker", "--concurrency", "1")
            made.until(lambda: "cannot be reached" in made.log(flusher))
            assert late.wait(PATIENCE) == 2, "it gives up"
            proxy.set("pass")
            shared.down(IMMEDIATE)
            late = made.start("worker", "--concurrency", "1")
            made.until(lambda: "catalog server" in made.log(flusher))
            assert late.wait(PATIENCE) == 4
            shared.up()

        proof(made, made.crawl(recipe, disturb), calm)
        places |= {f"log {log.name}": log.read_text(errors="replace") for log in made.logs}
    proxy.close()
    assert any(place.startswith("batch") for place in places)
    assert any(place.startswith("key headrace:sink") for place in places)
    assert {(place, name) for place, text in places.items() for name, word in SECRETS.items() if word in text} == set()
