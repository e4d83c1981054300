"""Sinks that follow the feed, under one suite: the twin in memory, a growing file, a webhook."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from specs.contracts.sink import ChangeSink
from specs.errors import Fatal
from specs.recipe.recipe import ServiceRef
from specs.testing.sink import ChangesSuite, MemoryFollower, delete, estate, upsert
from tests.servers.receiver import Hook, Receiver
from tests.workers.sinks.lineages import view_lineage
from workers.sinks.jsonl.appended import AppendingSink
from workers.sinks.jsonl.config import JsonlConfig
from workers.sinks.webhook.config import WebhookConfig
from workers.sinks.webhook.sink import WebhookSink

SERVICE = ServiceRef(name="shop", type="postgres")


def comments(entities: dict[tuple[str, str], Any]) -> dict[str, str]:
    return {fqn: entity.get("comment", "") for (type_, fqn), entity in entities.items() if type_ == "Table"}


class TestMemory(ChangesSuite):
    @pytest.fixture
    def place(self) -> MemoryFollower:
        return MemoryFollower()

    def sink(self, place: Any) -> ChangeSink:
        found: ChangeSink = place
        return found

    def tables(self, place: Any) -> dict[str, str]:
        return comments({key: json.loads(content) for key, content in place.objects.items()})


class TestJsonl(ChangesSuite):
    def sink(self, place: Any) -> ChangeSink:
        return AppendingSink(JsonlConfig(type="jsonl", path=str(place / "out.jsonl"), mode="changes"), SERVICE)

    def tables(self, place: Any) -> dict[str, str]:
        hook = Hook()
        for line in (place / "out.jsonl").read_text(encoding="utf-8").split("\n")[:-1]:
            hook.apply(json.loads(line))
        return comments(hook.objects)


class TestWebhook(ChangesSuite):
    @pytest.fixture
    def place(self) -> Iterator[Receiver]:
        with Receiver(Hook()) as receiver:
            yield receiver

    def sink(self, place: Any) -> ChangeSink:
        return WebhookSink(WebhookConfig(type="webhook", url=f"{place.url}/hook"), SERVICE)

    def tables(self, place: Any) -> dict[str, str]:
        return comments(place.work.objects)


def test_a_line_torn_by_a_crash_is_cut_off(tmp_path: Path) -> None:
    file = tmp_path / "out.jsonl"
    sink = AppendingSink(JsonlConfig(type="jsonl", path=str(file), mode="changes"), SERVICE)
    sink.deliver([upsert(each) for each in estate()])
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"seq":7,"op":"ups' + b"x" * 70_000)
    sink.deliver([delete(estate()[-1], 9)])
    lines = file.read_bytes().split(b"\n")
    assert b"\n".join(lines[:4]) + b"\n" == whole
    assert json.loads(lines[4]) == {"seq": 9, "op": "delete", "type": "Table", "fqn": "shop.db.public.orders"}
    file.write_bytes(b"torn from the start")
    sink.deliver([delete(estate()[-1], 9)])
    assert file.read_bytes() == lines[4] + b"\n"


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    sink = AppendingSink(JsonlConfig(type="jsonl", path=str(tmp_path / "no" / "x"), mode="changes"), SERVICE)
    with pytest.raises(Fatal, match="No such file"):
        sink.deliver([upsert(each) for each in estate()])


def test_lineage_is_carried_on_like_any_entity(tmp_path: Path) -> None:
    lineage = view_lineage()
    file = tmp_path / "out.jsonl"
    appended = AppendingSink(JsonlConfig(type="jsonl", path=str(file), mode="changes"), SERVICE)
    appended.deliver([upsert(lineage), delete(lineage, 2)])
    first, second = [json.loads(line) for line in file.read_text().splitlines()]
    assert (first["type"], first["entity"]) == ("Lineage", json.loads(lineage.content()))
    assert second == {"seq": 2, "op": "delete", "type": "Lineage", "fqn": lineage.fqn}
    with Receiver(Hook()) as receiver:
        hook = WebhookSink(WebhookConfig(type="webhook", url=f"{receiver.url}/hook"), SERVICE)
        hook.deliver([upsert(lineage)])
        hook.close()
        assert receiver.work.objects == {("Lineage", lineage.fqn): json.loads(lineage.content())}
