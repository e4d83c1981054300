"""All clients of Redis read one URL alike: else half of a cluster looks into another database than the other half."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from specs.errors import UsageError
from tests.servers.redis import RedisServer
from tests.workers.cluster.rig import check, cluster, fake, undisturbed
from workers.cluster.hints.app import make
from workers.cluster.settings import load
from workers.queues.redis.link import connect
from workers.queues.redis.url import TLS, canonical

PLACE = ("host", "port", "path", "db", "username", "password")


def ours(url: str) -> dict[str, Any]:
    """What redis-py, which carries the queue, is told."""
    told = dict(connect(url).connection_pool.connection_kwargs)
    return told if "path" in told else {"port": 6379, **told}


def celerys(url: str) -> dict[str, Any]:
    """What Celery's transport, which carries the hints, is told."""
    app = make(load({"HEADRACE_REDIS": url, "HEADRACE_CATALOG": "c.db"}))
    with app.connection() as connection:
        channel = object.__new__(connection.transport.Channel)  # one that is made would connect
        channel.connection = connection.transport
        return dict(channel._connparams())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h", {"host": "h", "port": 6379, "db": 0}),
        ("redis://h/?db=2", {"host": "h", "db": 2}),
        ("redis://h?virtual_host=2", {"host": "h", "db": 2}),
        ("redis://h/2?db=2", {"db": 2}),
        ("redis://h:7/3?username=u%40x&password=p%2F%3Fq", {"port": 7, "db": 3, "username": "u@x", "password": "p/?q"}),
        ("redis://u:p%25%20@h", {"username": "u", "password": "p% "}),
        ("redis://u@h/?password=w", {"username": "u", "password": "w"}),
        ("redis://:w@[::1]:9/1", {"host": "::1", "port": 9, "db": 1, "username": None, "password": "w"}),
        ("unix:///run/r.sock", {"path": "/run/r.sock", "db": 0}),
        ("unix:///run/a%20b.sock?db=3&password=x%3F", {"path": "/run/a b.sock", "db": 3, "password": "x?"}),
        ("unix://u:p%2F@/run/r.sock?virtual_host=4", {"db": 4, "username": "u", "password": "p/"}),
        ("rediss://h/5?ssl_ca_certs=/a%20b.pem", {"db": 5, "ssl_ca_certs": "/a b.pem"}),
    ],
)
def test_both_clients_read_the_same(url: str, expected: dict[str, Any]) -> None:
    told, other = ours(url), celerys(url)
    assert {name: told.get(name) for name in expected} == expected
    assert [told.get(name) for name in PLACE] == [other.get(name) for name in PLACE]
    assert canonical(canonical(url)) == canonical(url)


@pytest.mark.parametrize("name", TLS)
def test_every_parameter_of_tls_reaches_both(name: str) -> None:
    value = {"ssl_cert_reqs": "none", "ssl_check_hostname": "no"}.get(name, "/some where")
    url = f"rediss://h/0?{name}={value.replace(' ', '%20')}"
    told, other = ours(url), celerys(url)
    if name == "ssl_cert_reqs":
        assert (told[name], int(other[name])) == ("none", 0)
    else:
        assert told[name] == other[name] == (False if name == "ssl_check_hostname" else value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("redis://h/1?db=2", "says db twice"),
        ("redis://h/?db=1&virtual_host=2", "says db twice"),
        ("redis://u:secret@h/?password=other", "says password twice"),
        ("redis://h/orders", "a number"),
        ("redis://h/?db=-1", "a number"),
        ("redis://h/?socket_timeout=0", "not supported: 'socket_timeout'"),
        ("redis://h/?decode_responses=true", "not supported: 'decode_responses'"),
        ("redis://h/?ssl_cert_reqs=none", "no rediss:// URL"),
        ("rediss://h/?ssl_min_version=2", "not supported: 'ssl_min_version'"),
        ("rediss://h/?ssl_cert_reqs=perhaps", "ssl_cert_reqs cannot be 'perhaps'"),
        ("unix://run/r.sock", "names no socket"),
        ("redis://h:port/0", "not the URL of a Redis"),
        ("amqp://h", "not the URL of a Redis"),
    ],
)
def test_what_they_would_read_differently_is_refused(url: str, said: str) -> None:
    for refuse in (canonical, connect, lambda text: load({"HEADRACE_REDIS": text, "HEADRACE_CATALOG": "c.db"})):
        with pytest.raises(UsageError, match=said) as told:
            refuse(url)
        assert "secret" not in str(told.value)


@pytest.mark.chaos
@pytest.mark.server
def test_all_of_a_cluster_is_in_the_database_that_is_named(redis_alone: RedisServer, tmp_path: Path) -> None:
    place = redis_alone.url.removesuffix("/0")
    with redis_alone.client() as client:
        client.config_set("requirepass", "w/rd")
    try:
        url = f"{place}/?db=2&username=default&password=w%2Frd"
        with cluster(url, f"sqlite:///{tmp_path / 'wild.db'}", tmp_path) as made:
            made.flusher()
            made.worker(1)
            check(made, made.crawl(fake(schemas=2)), undisturbed(fake(schemas=2), tmp_path))
        with connect(url) as client:
            assert set(client.info("keyspace")) == {"db2"}
    finally:
        with connect(f"{place}/0?password=w%2Frd") as client:
            client.config_set("requirepass", "")
