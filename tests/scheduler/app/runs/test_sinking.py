"""A crawl feeds its sinks at the end; what was missed is made up for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scheduler.app.doctor.doctor import examine
from scheduler.app.runs.crawl import resume
from scheduler.app.runs.run_sinks import overdue
from scheduler.cli.cli import run as headrace
from specs.errors import UsageError
from tests.scheduler.app.runs.crawled import Estate
from tests.servers.receiver import Fault, Hook, Receiver
from workers.ledger import SqlLedger
from workers.store.database import open_database


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(Hook()) as made:
        yield made


@pytest.fixture
def estate(tmp_path: Path) -> Estate:
    return Estate(tmp_path)


def hook(receiver: Receiver, **settings: Any) -> dict[str, Any]:
    return {"sinks": [{"type": "webhook", "url": receiver.url, "timeout": 2} | settings]}


def same(estate: Estate, receiver: Receiver) -> bool:
    found = {}
    for line in estate.export():
        entity = json.loads(line)
        key = (entity.pop("type"), entity["fqn"])
        entity.pop("state", None)
        found[key] = entity
    work: Any = receiver.work
    return bool(found == work.objects)


def test_a_crawl_brings_followers_level(estate: Estate, receiver: Receiver) -> None:
    summary = estate.crawl(recipe=hook(receiver))
    assert (summary.exit_code, list(summary.sinks.values())) == (0, [28])
    assert same(estate, receiver)
    summary = estate.crawl(
        recipe=hook(receiver), version=2, changed=["shop.db_00.schema_0000.t0000001", "shop.db_00.schema_0001.t0000003"]
    )
    assert same(estate, receiver)
    assert 0 < summary.sinks[f"webhook {receiver.url}"] < 28
    assert estate.crawl(
        recipe=hook(receiver), version=2, changed=["shop.db_00.schema_0000.t0000001", "shop.db_00.schema_0001.t0000003"]
    ).sinks == {f"webhook {receiver.url}": 0}


def test_a_sink_that_is_out_is_exit_code_4_and_the_next_crawl_catches_up(estate: Estate, receiver: Receiver) -> None:
    receiver.always = Fault(status=503, headers={"Retry-After": "600"})
    summary = estate.crawl(recipe=hook(receiver))
    assert (summary.status, summary.exit_code) == ("complete", 4)
    assert "answers 503" in summary.sink_errors[0]
    assert len(receiver.requests) == 1, "it asked for ten minutes"
    receiver.always = None
    assert estate.crawl(recipe=hook(receiver)).exit_code == 0
    assert same(estate, receiver)


def test_a_hiccup_is_waited_for(estate: Estate, receiver: Receiver) -> None:
    receiver.faults = [Fault(status=500), Fault("drop"), Fault(status=429, headers={"Retry-After": "0"})]
    assert estate.crawl(recipe=hook(receiver)).exit_code == 0
    assert same(estate, receiver)


def test_refused_changes_are_told_listed_and_sent_again(
    estate: Estate, receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    work: Any = receiver.work
    odd = "shop.db_00.schema_0001"

    def picky(request: Any) -> tuple[int, Any]:
        if any(change["fqn"] == odd for change in request.json()["changes"]):
            return 422, {"error": "that schema again"}
        done: tuple[int, Any] = work(request)
        return done

    receiver.work = picky
    summary = estate.crawl(recipe=hook(receiver))
    assert summary.exit_code == 4
    assert "1 changes were refused" in summary.sink_errors[0]
    catalog = ["--catalog", estate.url]
    assert headrace(["dead", "list", *catalog, "--json"]) == 0
    (letter,) = json.loads(capsys.readouterr().out)
    assert (letter["fqn"], letter["kind"]) == (odd, "upsert")
    assert "that schema again" in letter["reason"]
    assert headrace(["dead", "replay", *catalog]) == 4
    assert "1 refused again" in capsys.readouterr().out
    receiver.work = work
    assert headrace(["dead", "replay", "--fqn", "no.such", *catalog]) == 0
    assert "nothing to send" in capsys.readouterr().out
    assert headrace(["dead", "replay", letter["sink"], "--fqn", odd, *catalog]) == 0
    assert "1 taken" in capsys.readouterr().out
    assert headrace(["dead", "list", *catalog]) == 0
    assert "nothing was refused" in capsys.readouterr().out
    assert headrace(["dead", "list", "--sink", "shop/no", *catalog]) == 1
    assert same(estate, receiver)


def test_sinks_missed_by_a_killed_process_are_fed_by_resume(estate: Estate, receiver: Receiver, tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    recipe = {"sinks": [{"type": "jsonl", "path": str(file)}, *hook(receiver)["sinks"]]}
    summary = estate.crawl(recipe=recipe)
    assert file.exists()
    with pytest.raises(UsageError, match="nothing to resume"):
        resume(summary.run, catalog=estate.url)
    db = open_database(estate.url)
    with db.write() as conn:  # as if it had been killed between closing the run and feeding the sinks
        conn.exec_driver_sql("UPDATE runs SET published_at = NULL, published = ''")
        conn.exec_driver_sql("DELETE FROM followers")
    assert [run.id for run in overdue(db)] == [summary.run]
    found = {finding.name: finding for finding in examine(estate.url)}
    assert found["sinks of shop"].remedy == f"headrace resume {summary.run}"
    receiver.work.objects.clear()  # type: ignore[attr-defined]
    file.unlink()
    again = resume(summary.run, catalog=estate.url)
    assert (again.status, again.exit_code, sorted(again.sinks.values())) == ("complete", 0, [28, 28])
    assert file.read_text().splitlines() == estate.export()
    assert same(estate, receiver)
    assert overdue(db) == []
    db.close()
    found = {finding.name: finding for finding in examine(estate.url)}
    assert "sinks of shop" not in found
    assert found[f"sink shop/webhook {receiver.url}"].level == "ok"


def test_a_later_run_has_done_it_for_the_earlier_ones(estate: Estate, tmp_path: Path) -> None:
    recipe = {"sinks": [{"type": "jsonl", "path": str(tmp_path / "no" / "out.jsonl")}]}
    first = estate.crawl(recipe=recipe)
    assert first.exit_code == 4
    (tmp_path / "no").mkdir()
    assert estate.crawl(recipe=recipe).exit_code == 0
    with pytest.raises(UsageError, match="nothing to resume"):
        resume(first.run, catalog=estate.url)


def test_secrets_of_sinks_are_nowhere(estate: Estate, receiver: Receiver, tmp_path: Path) -> None:
    """A secret written into the recipe as it is, and echoed by the other end."""
    from scheduler.recipes.loader import load

    secret = "sk-v3ry-s3cret"
    file = tmp_path / "recipe.yml"
    file.write_text(
        "service: {name: shop, type: 'specs.testing.fake:spec'}\nconnection: {schemas: 2, tables: 12, columns: 3}\n"
        f"sinks: [{{type: webhook, url: '{receiver.url}/x?token={secret}', "
        f"headers: {{Authorization: 'Bearer {secret}'}},"
        f" hmac_secret: {secret}}}]\n"
    )
    from scheduler.app.runs.crawl import crawl

    loaded = load(str(file), lambda name: "")
    assert loaded.notices
    receiver.faults = [Fault(status=401, body=f"no such token: {secret}")]
    summary = crawl(loaded.recipe, catalog=estate.url, secrets=loaded.secrets)
    assert summary.exit_code == 4
    assert secret not in "".join(summary.sink_errors)
    summary = crawl(loaded.recipe, catalog=estate.url, secrets=loaded.secrets)
    assert summary.exit_code == 0
    assert receiver.requests[-1].headers["Authorization"] == f"Bearer {secret}"
    assert secret in receiver.requests[-1].path
    db = open_database(estate.url)
    SqlLedger(db)
    db.close()
    assert [path.name for path in tmp_path.glob("catalog.db*") if secret.encode() in path.read_bytes()] == []
