"""Redis behind TLS: with the right files a crawl is as ever, with wrong ones a process says so and ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from specs.errors import UsageError
from tests.workers.cluster.rig import check, cluster, fake, undisturbed
from tests.workers.cluster.test_bad_starts import headrace
from tests.workers.queues.redis.secured import Encrypted, with_tls
from workers.cluster.hints.app import tls
from workers.cluster.settings import load

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server() -> Iterator[Encrypted]:
    with with_tls() as made:
        yield made


def files(server: Encrypted, ca: str = "ca", own: str = "client") -> dict[str, str]:
    folder = server.certificates
    return {
        "HEADRACE_REDIS_CA": f"{folder}/{ca}.crt",
        "HEADRACE_REDIS_CERT": f"{folder}/{own}.crt",
        "HEADRACE_REDIS_KEY": f"{folder}/{own}.key",
    }


def test_a_crawl_through_tls(server: Encrypted, tmp_path: Path) -> None:
    recipe = fake(schemas=3, tables=60)
    with cluster(server.url, f"sqlite:///{tmp_path / 'wild.db'}", tmp_path, **files(server)) as made:
        made.flusher()
        made.worker(1)
        check(made, made.crawl(recipe), undisturbed(recipe, tmp_path))


@pytest.mark.parametrize(("process", "ca", "own"), [("worker", "other", "client"), ("flusher", "ca", "other")])
def test_the_wrong_certificates_are_told(server: Encrypted, process: str, ca: str, own: str, tmp_path: Path) -> None:
    environ = {"HEADRACE_REDIS": server.url, "HEADRACE_CATALOG": str(tmp_path / "c.db"), **files(server, ca, own)}
    code, out = headrace(tmp_path, process, **environ)
    assert (code, "HEADRACE_REDIS_CA" in out, "Traceback" in out) == (2, True, False), out


def test_no_tls_where_it_is_asked_for_is_told(server: Encrypted, tmp_path: Path) -> None:
    plain = server.url.replace("rediss", "redis")
    code, out = headrace(tmp_path, "worker", HEADRACE_REDIS=plain, HEADRACE_CATALOG=str(tmp_path / "c.db"))
    assert (code, "Traceback" in out) == (2, False), out
    assert "rediss://" in out


def test_files_for_tls_are_checked(tmp_path: Path) -> None:
    given = {"HEADRACE_REDIS": "rediss://host/0", "HEADRACE_CATALOG": "c.db"}
    with pytest.raises(UsageError, match="HEADRACE_REDIS_CA cannot be read"):
        load({**given, "HEADRACE_REDIS_CA": "/nowhere"})
    file = tmp_path / "a b.crt"
    file.write_text("x")
    with pytest.raises(UsageError, match="HEADRACE_REDIS_KEY"):
        load({**given, "HEADRACE_REDIS_CERT": str(file)})
    with pytest.raises(UsageError, match="no rediss:// URL"):
        load({**given, "HEADRACE_REDIS": "redis://host", "HEADRACE_REDIS_CA": str(file)})
    url = load({**given, "HEADRACE_REDIS_CA": str(file)}).redis.get_secret_value()
    options = tls(url)
    assert options is not None
    assert options["ssl_ca_certs"] == str(file)
    assert options["ssl_check_hostname"] is True
    assert tls("redis://host/0") is None
    lax = tls("rediss://host/0?ssl_cert_reqs=none")
    assert lax is not None
    assert lax["ssl_check_hostname"] is False
