"""What the answers of an HTTP sink mean, and that no secret shows."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from scheduler.recipes.loader import load
from specs.errors import Fatal, HeadraceError, Retry, Skip, UsageError
from specs.recipe.recipe import ServiceRef
from specs.testing.sink import estate, upsert
from tests.servers.receiver import Fault, Hook, Receiver
from workers.sinks import configured, label_of
from workers.sinks.webhook.config import WebhookConfig
from workers.sinks.webhook.sink import WebhookSink

SECRET = "t0p/sécret+key".replace("é", "e")
CHANGES = [upsert(each) for each in estate()]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(Hook()) as made:
        yield made


def sink(receiver: Receiver, **settings: Any) -> WebhookSink:
    given = {"type": "webhook", "url": f"{receiver.url}/hook/in?key=k3y", "timeout": 20}
    headers = {"Authorization": f"Bearer {SECRET}"}
    config = WebhookConfig.model_validate({"headers": headers} | given | settings)
    return WebhookSink(config, ServiceRef(name="shop", type="postgres"))


def failure(receiver: Receiver, fault: Fault, **settings: Any) -> HeadraceError:
    receiver.faults = [fault]
    made = sink(receiver, **settings)
    with pytest.raises(HeadraceError) as told:
        made.deliver(CHANGES)
    assert SECRET not in str(told.value)
    assert "k3y" not in str(told.value)
    made.deliver(CHANGES)  # the session still works
    made.close()
    return told.value


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_trouble_over_there_is_worth_another_try(receiver: Receiver, status: int) -> None:
    error = failure(receiver, Fault(status=status, body="it is\nnot well"))
    assert isinstance(error, Retry)
    assert f"answers {status}: it is not well" in str(error)
    assert error.delay is None


def test_retry_after_is_heard_as_number_and_date(receiver: Receiver) -> None:
    assert failure(receiver, Fault(status=429, headers={"Retry-After": "17"})).delay == 17.0
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
    delay = failure(receiver, Fault(status=503, headers={"Retry-After": later})).delay
    assert delay is not None
    assert 80 < delay <= 100
    for odd in ("soon", "-5", "nan", "inf"):
        assert not failure(receiver, Fault(status=503, headers={"Retry-After": odd})).delay


@pytest.mark.parametrize("status", [400, 413, 422])
def test_refused_contents_are_not_a_refused_sink(receiver: Receiver, status: int) -> None:
    assert isinstance(failure(receiver, Fault(status=status)), Skip)


@pytest.mark.parametrize("status", [401, 403, 404, 405, 410, 301, 302, 307, 308])
def test_we_are_refused(receiver: Receiver, status: int) -> None:
    error = failure(receiver, Fault(status=status, headers={"Location": f"{receiver.url}/elsewhere"}))
    assert isinstance(error, Fatal)
    assert error.remedy
    assert len(receiver.requests) == 2, "a redirect was followed"


@pytest.mark.parametrize("action", ["hang", "drop", "die", "trickle"])
def test_no_answer_is_worth_another_try(receiver: Receiver, action: str) -> None:
    error = failure(receiver, Fault(action), timeout=2)
    assert isinstance(error, Retry)
    assert receiver.url in str(error)


def test_a_slow_answer_is_one(receiver: Receiver) -> None:
    receiver.faults = [Fault("slow")]
    made = sink(receiver)
    assert made.deliver(CHANGES) == []
    made.close()


def test_a_refused_connection_is_worth_another_try(receiver: Receiver) -> None:
    made = sink(receiver)
    receiver.stop()
    with pytest.raises(Retry, match="cannot connect"):
        made.deliver(CHANGES)
    receiver.start()
    made.deliver(CHANGES)
    made.close()


def test_secrets_that_are_echoed_do_not_show(receiver: Receiver) -> None:
    echo = f"no such token: Bearer {SECRET} or {SECRET} or t0p%2Fsecret%2Bkey, signed by h-m-a-c-key"
    receiver.faults = [Fault(status=401, body=echo)]
    made = sink(receiver, hmac_secret="h-m-a-c-key")
    with pytest.raises(Fatal) as told:
        made.deliver(CHANGES)
    made.close()
    assert "no such token: *** or *** or ***, signed by ***" in str(told.value)


def test_a_secret_that_is_no_header_is_not_quoted(receiver: Receiver) -> None:
    with pytest.raises(Fatal, match="a header holds what headers cannot") as told:
        sink(receiver, headers={"X-Key": f"{SECRET}\r\nX-Other: 1"}).deliver(CHANGES)
    assert SECRET not in str(told.value)


def test_a_batch_has_a_key_and_a_signature(receiver: Receiver) -> None:
    made = sink(receiver, hmac_secret="h-m-a-c-key")
    made.deliver(CHANGES)
    made.deliver(CHANGES)
    made.deliver(CHANGES[:1])
    made.close()
    first, second, third = receiver.requests
    assert first.path == "/hook/in?key=k3y"
    assert first.headers["Authorization"] == f"Bearer {SECRET}"
    assert first.headers["Content-Type"] == "application/json"
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"] != third.headers["Idempotency-Key"]
    expected = hmac.new(b"h-m-a-c-key", first.body, hashlib.sha256).hexdigest()
    assert first.headers["X-Headrace-Signature"] == f"sha256={expected}"
    assert first.json()["service"] == "shop"
    assert [change["seq"] for change in first.json()["changes"]] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://host/x", "write a URL"),
        ("http://", "write a URL"),
        ("https://user:t0psecret@host/x", "does not belong in the URL"),
        ("https://host:port/t0psecret", "not a URL"),
        ("https://host/x#t0psecret", "behind #"),
    ],
)
def test_wrong_urls_are_refused_without_quoting_them(url: str, why: str) -> None:
    with pytest.raises(UsageError, match=why) as told:
        configured([{"type": "webhook", "url": url}], {})
    assert "t0psecret" not in str(told.value)


def test_sinks_are_called_by_name_or_target_without_secrets() -> None:
    assert label_of({"type": "webhook", "url": "https://h/a?key=1#x"}) == "webhook https://h/a"
    assert label_of({"type": "webhook", "url": "https://u:p@h/a/"}) == "webhook https://h/a"
    assert label_of({"type": "webhook", "url": "${env:HOOK}"}) == "webhook ${env:HOOK}"
    assert label_of({"type": "webhook", "url": "x", "name": "hook"}) == "hook"
    twice = [{"type": "webhook", "url": "https://h/a"}, {"type": "webhook", "url": "https://h/a?b"}]
    with pytest.raises(UsageError, match="there is another sink"):
        configured(twice, {})


def test_certificates_that_cannot_be_read_are_told(receiver: Receiver) -> None:
    with pytest.raises(Fatal, match="the certificates cannot be read"):
        sink(receiver, ca_file="/no/such/ca.pem")


def test_a_recipe_keeps_the_whole_path_of_certificates(tmp_path: Path) -> None:
    recipe = tmp_path / "recipe.yml"
    recipe.write_text(
        'service: {name: shop, type: "specs.testing.fake:spec"}\n'
        "sinks: [{type: webhook, url: https://host/x, ca_file: ca.pem}]\n"
    )
    (found,) = load(str(recipe), lambda name: "").recipe.sinks
    assert found["ca_file"] == str(Path("ca.pem").absolute())
