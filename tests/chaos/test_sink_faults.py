"""A sink that suffers in every way: every change arrives at least once, in order, and once more changes nothing."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.feeding import PATIENCE, dump, feeding
from tests.servers.receiver import HANG, Fault, Request
from workers.feed import letters

pytestmark = [pytest.mark.chaos, pytest.mark.server]

SUFFERING = [
    Fault(status=500), None, Fault(status=413, body="too much"), None, None,
    Fault(status=429, headers={"Retry-After": "1"}), Fault("hang"), None, Fault("die"), None, Fault("slow"),
    Fault("drop"), Fault("trickle"), Fault(status=302, headers={"Location": "http://127.0.0.1:9/"}), None,
    Fault(status=503, headers={"Retry-After": "0"}), Fault("die"),
]  # fmt: skip


def test_every_fault_while_the_state_is_sent_and_while_changes_are(postgres_database: str, tmp_path: Path) -> None:
    with feeding(postgres_database, tmp_path, list(SUFFERING)) as made:
        made.estate()
        made.recipe()
        made.publisher()
        made.until(lambda: made.level() and not made.receiver.faults)
        made.prove()
        assert made.receiver.struck == sum(1 for fault in SUFFERING if fault)
        assert made.repeated(), "some was sent twice, since it was taken without an answer"

        made.receiver.faults = [Fault("die"), Fault(status=500), None, Fault(status=413), None, Fault("die")]
        made.change(2)
        made.until(lambda: made.level() and not made.receiver.faults)
        made.prove()


def test_a_sink_that_is_away_is_caught_up_with(postgres_database: str, tmp_path: Path) -> None:
    with feeding(postgres_database, tmp_path) as made:
        made.estate(3, 20)
        made.recipe()
        made.publisher()
        made.until(made.level)
        made.receiver.stop()
        for version in range(2, 5):
            made.change(version)
        made.until(lambda: made.follower().failing >= 2)
        assert "cannot connect" in made.follower().reason
        made.receiver.start()
        made.until(made.level)
        made.prove()
        assert (made.follower().failing, made.follower().reason) == (0, "")


def test_what_is_refused_alone_is_a_dead_letter_and_the_rest_arrives(postgres_database: str, tmp_path: Path) -> None:
    poison = frozenset({"shop.db.s1.t007", "shop.db.s2.t042"})
    with feeding(postgres_database, tmp_path) as made:

        def picky(request: Request) -> tuple[int, Any]:
            if poison & {change["fqn"] for change in request.json()["changes"]}:
                return 400, {"error": "poison"}
            return made.hook(request)

        made.receiver.work = picky
        made.estate()
        made.recipe()
        made.publisher()
        made.until(made.level)
        made.until(lambda: {letter.attempts for letter in letters(made.db)} == {2})  # once more at the end
        made.prove(without=poison)


def test_publishers_are_killed_and_others_go_on(postgres_database: str, tmp_path: Path) -> None:
    """Each is killed while a batch is under way, some of which the sink took; two are at work at any time."""
    with feeding(postgres_database, tmp_path) as made:
        made.estate()
        made.recipe(timeout=20)
        alive = [made.publisher(), made.publisher()]
        for kill in range(6):
            made.until(lambda: (made.follower() is not None and made.follower().behind == 0) or made.receiver.requests)
            made.receiver.faults = [None, Fault("hang")] if kill % 2 else [None, Fault("die"), Fault("hang")]
            made.change(kill + 2)
            made.until(lambda: not made.receiver.faults)
            holder = made.follower().holder
            victim = next(each for each in alive if holder is None or f":{each.pid}:" in holder)
            os.killpg(victim.pid, signal.SIGKILL)
            victim.wait()
            alive.remove(victim)
            alive.append(made.publisher())
        made.until(made.level)
        made.prove()
        for each in alive:
            each.terminate()
        assert [each.wait(PATIENCE) for each in alive] == [0, 0]


def test_a_publisher_stops_though_its_sink_hangs(postgres_database: str, tmp_path: Path) -> None:
    with feeding(postgres_database, tmp_path, [Fault("hang")]) as made:
        made.estate(1, 5)
        made.recipe(timeout=600)
        process = made.publisher()
        made.until(lambda: made.receiver.struck)
        process.terminate()
        assert PATIENCE < HANG, "the sink hangs for longer than this waits"
        assert process.wait(PATIENCE) == 0
        made.publisher()  # of the same machine: it sees that the holder is gone
        made.until(made.level)
        made.prove()


def test_secrets_of_sinks_show_nowhere(postgres_database: str, tmp_path: Path) -> None:
    token, key = "s3cr3t-t0ken", "s3cr3t-hmac-key"
    echo = f"who is Bearer {token}, signed with {key}?"
    faults: list[Fault | None] = [Fault(status=status, body=echo) for status in (401, 400, 429, 500, 302)]
    with feeding(postgres_database, tmp_path, faults) as made:
        made.estate(1, 3)
        made.recipe(
            headers={"Authorization": "Bearer ${env:HOOK_TOKEN}"}, hmac_secret="${file:key}", batch_entries=1
        )  # fmt: skip
        (tmp_path / "key").write_text(key)
        process = made.publisher("--json", HOOK_TOKEN=token)
        made.until(lambda: made.level() and not made.receiver.faults)
        process.terminate()
        assert process.wait(PATIENCE) == 0
        assert made.receiver.requests[-1].headers["Authorization"] == f"Bearer {token}"
        written = dump(made.db) + "".join(log.read_text() for log in made.logs)
        assert "answers 401: who is ***, signed with ***?" in written
        assert token not in written
        assert key not in written


def test_a_reference_that_resolves_elsewhere_only_is_told(postgres_database: str, tmp_path: Path) -> None:
    with feeding(postgres_database, tmp_path) as made:
        made.estate(1, 3)
        made.recipe(headers={"Authorization": "Bearer ${env:NO_SUCH_TOKEN}"})
        first = made.publisher()
        made.until(lambda: made.follower() and made.follower().reason)
        assert "sinks.0.headers.Authorization: environment variable NO_SUCH_TOKEN is not set" in made.follower().reason
        assert made.follower().state == "broken"
        first.terminate()
        assert first.wait(PATIENCE) == 0
        made.publisher(NO_SUCH_TOKEN="x")
        made.until(made.level)
        made.prove()
