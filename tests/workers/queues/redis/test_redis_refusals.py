"""A Redis that answers, and refuses commands for a while, is waited for: nobody ends, everybody says so."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest
import redis

from scheduler.app.doctor.cluster_findings import examine
from specs.errors import Fatal, Retry
from specs.testing.queue import SOON_SECONDS, arrivals, batch, commit
from tests.servers.redis import RedisServer
from tests.servers.redis_refusals import WORDS, refusing
from workers.cluster.settings import load
from workers.metrics.cluster import render
from workers.queues.redis.errors import PASSES, passing, translate
from workers.queues.redis.link import connect
from workers.queues.redis.queue import RedisQueue

pytestmark = pytest.mark.server
TOLD = {**{word: what for word, (what, _) in PASSES.items()}, "MASTERDOWN": "without its primary|a read-only replica"}
"""A replica without its primary says of a change that it is read-only, of all else that its primary is down."""


@pytest.mark.parametrize("word", WORDS)
def test_producers_and_flushers_wait(word: str, redis_alone: RedisServer) -> None:
    what = TOLD[word]
    with closing(RedisQueue(connect(redis_alone.url), prefix="t")) as made:
        assert made.put(batch(1), timeout=SOON_SECONDS)
        assert len(arrivals(made, 1)) == 1
        with refusing(redis_alone, word):
            assert made.put(batch(2), timeout=0.05) is None
            with pytest.raises(Retry, match=what) as told:
                made.writable()
            assert told.value.remedy
            if word != "OOM":  # what is there can be taken away even when nothing more can come
                with pytest.raises(Retry, match=what):
                    commit(made, 1)
        if word != "OOM":
            commit(made, 1)
        assert made.put(batch(2), timeout=SOON_SECONDS)
        made.writable()


@pytest.mark.parametrize("word", [each for each in WORDS if each != "OOM"])
def test_the_doctor_and_the_metrics_tell(word: str, redis_alone: RedisServer, tmp_path: Path) -> None:
    from workers.store.database import open_database

    url = f"sqlite:///{tmp_path / 'c.db'}"
    settings = load({"HEADRACE_REDIS": redis_alone.url, "HEADRACE_CATALOG": url})
    with (
        closing(open_database(url)) as db,
        closing(RedisQueue(connect(redis_alone.url))) as queue,
        refusing(redis_alone, word),
    ):
        told = [each for each in examine(settings, several=False) if each.level == "bad"]
        assert re.search(TOLD[word], told[0].evidence)
        assert told[0].remedy
        assert "headrace_queue_up 0" in render(db, queue)


@pytest.mark.parametrize("word", PASSES)
@pytest.mark.parametrize("said", ["{} so it is.", "ERR Error running script (call to f_1): @script:2: -{} so it is."])
def test_every_word_that_passes_is_known_wherever_it_stands(word: str, said: str) -> None:
    error = redis.exceptions.ResponseError(said.format(word))
    assert passing(error) == word
    assert isinstance(translate(error, "redis://h"), Retry)
    parsed = redis._parsers.base.BaseParser.parse_error(f"{word} so it is.")
    assert isinstance(translate(parsed, "redis://h"), Retry)


@pytest.mark.parametrize("said", ["BUSYGROUP Consumer Group name already exists", "WRONGTYPE Operation", "ERR unknown"])
def test_others_do_not_pass(said: str) -> None:
    error = redis.exceptions.ResponseError(said)
    assert passing(error) is None
    assert isinstance(translate(error, "redis://h"), Fatal)


def test_a_lost_connection_through_tls_names_the_certificates() -> None:
    """A certificate that the server refuses may look like one, when its alert comes too late."""
    lost = redis.exceptions.ConnectionError("Connection closed by server.")
    told = [translate(lost, place).remedy for place in ("rediss://h", "redis://h")]
    assert ["HEADRACE_REDIS_CERT" in remedy for remedy in told] == [True, False]
    assert "rediss:// where it speaks TLS" in told[1]
