"""The OpenLineage sink: events as the models of OpenLineage's own client have them, posted or written as lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from specs import names
from specs.contracts.sink import ChangeSink, Sink
from specs.errors import Fatal, UsageError
from specs.recipe.dataset_names import DatasetNames
from specs.recipe.recipe import ServiceRef
from specs.testing.sink import ChangesSuite, MemoryLineage, SnapshotSuite, delete, estate, upsert
from tests.catalogs.openlineage_client import VERSION
from tests.servers.openlineage import FROZEN, OpenLineage, mistakes
from tests.servers.receiver import Fault, Receiver
from workers.sinks import configured
from workers.sinks.openlineage.changes import OpenLineageSink
from workers.sinks.openlineage.config import OpenLineageConfig
from workers.sinks.openlineage.snapshot import EventFile
from workers.sinks.openlineage.trial import tried

TOKEN = "b.e.a-0123"
SERVICE = ServiceRef(name="shop", type="postgres")
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def config(**settings: Any) -> OpenLineageConfig:
    return OpenLineageConfig.model_validate({"type": "openlineage"} | settings)


def posting(receiver: Receiver, stored: MemoryLineage | None = None, **settings: Any) -> OpenLineageSink:
    found = config(**({"url": receiver.url, "token": TOKEN, "timeout": 5} | settings))
    return OpenLineageSink(found, SERVICE, stored or MemoryLineage(), lambda: AT)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(OpenLineage(TOKEN)) as found:
        yield found


def comments(kept: OpenLineage) -> dict[str, str]:
    found = {}
    for (namespace, name), facets in kept.datasets.items():
        assert namespace == "headrace://shop"
        found[names.build("shop", *name.split(".", 2))] = facets.get("documentation", {}).get("description", "")
    return found


def taken(file: Path) -> OpenLineage:
    """What a reader of a file knows after it."""
    found = OpenLineage()
    for line in file.read_text(encoding="utf-8").split("\n")[:-1] if file.exists() else ():
        event = json.loads(line)
        assert mistakes(event) == []
        found.take(event)
    return found


class TestOpenLineage(ChangesSuite):
    @pytest.fixture
    def place(self, receiver: Receiver) -> Receiver:
        return receiver

    def sink(self, place: Any) -> ChangeSink:
        return posting(place)

    def tables(self, place: Any) -> dict[str, str]:
        return comments(place.work)


class TestOpenLineageLines(ChangesSuite):
    def sink(self, place: Any) -> ChangeSink:
        return OpenLineageSink(config(path=str(place / "out.jsonl")), SERVICE, MemoryLineage())

    def tables(self, place: Any) -> dict[str, str]:
        return comments(taken(place / "out.jsonl"))


class TestEventFile(SnapshotSuite):
    def line(self, number: int) -> str:
        return json.dumps(
            {"type": "Table", "fqn": f"shop.d.s.t{number}", "name": f"t{number}", "table_type": "regular"}
        )  # fmt: skip

    def sink(self, place: Any) -> Sink:
        return EventFile(config(path=str(place / "out.jsonl"), mode="snapshot"), MemoryLineage(), lambda: AT)

    def stored(self, place: Any) -> list[str] | None:
        file = place / "out.jsonl"
        if not file.exists():
            return None
        told = [each["dataset"]["name"].rpartition(".t")[2] for each in taken(file).told]
        return [self.line(int(number)) for number in told]


@pytest.mark.parametrize(("namespace", "name"), FROZEN["names"])
def test_names_are_those_of_the_naming_spec(namespace: str, name: str) -> None:
    assert DatasetNames({"shop": namespace}.get).of("shop.d.s.t") == (namespace, name)


def test_without_a_namespace_names_are_ours() -> None:
    made = DatasetNames({"other": "mysql://h:1"}.get)
    assert made.of('shop.d.s."a.b"') == ("headrace://shop", "d.s.a.b")
    assert made.of("other.def.s.t") == ("mysql://h:1", "s.t")


def test_an_event_of_a_table(receiver: Receiver) -> None:
    sink = posting(receiver, namespaces={"shop": "postgres://db:5432"})
    table = estate()[-1].model_copy(update={"owner": "clerk"})
    assert sink.deliver([upsert(table), delete(table, 2)]) == []
    sink.close()
    work = receiver.work
    assert isinstance(work, OpenLineage)
    event, gone = work.told
    assert event["eventTime"] == "2026-01-02T03:04:05+00:00"
    assert event["schemaURL"] == "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent"
    assert (event["dataset"]["namespace"], event["dataset"]["name"]) == ("postgres://db:5432", "db.public.orders")
    told = {
        key: {name: each for name, each in facet.items() if name[0] != "_"}
        for key, facet in event["dataset"]["facets"].items()
    }
    assert told == {
        "schema": {"fields": [{"name": "id", "type": "integer", "ordinal_position": 1}]},
        "dataSource": {"name": "shop", "uri": "postgres://db:5432"}, "datasetType": {"datasetType": "TABLE"},
        "documentation": {"description": "all of them"}, "ownership": {"owners": [{"name": "clerk"}]},
    }  # fmt: skip
    assert gone["dataset"]["facets"]["lifecycleStateChange"]["lifecycleStateChange"] == "DROP"


def test_what_it_refuses_is_told_and_the_rest_goes_on(receiver: Receiver) -> None:
    sink = posting(receiver)
    receiver.faults = [Fault(status=422, body="not this one")]
    first, second = estate("orders")[-1], estate("items")[-1]
    (refused,) = sink.deliver([upsert(first), upsert(second)])
    assert (refused.change.fqn, "not this one" in refused.reason) == (first.fqn, True)
    assert comments(receiver.work) == {second.fqn: "all of them"}  # type: ignore[arg-type]
    sink.close()


def test_another_endpoint_and_a_wrong_token(receiver: Receiver) -> None:
    receiver.work = OpenLineage(TOKEN, "/api/v1/openlineage/lineage")
    sink = posting(receiver, url=f"{receiver.url}/api", endpoint="/v1/openlineage/lineage")
    assert sink.deliver([upsert(estate()[-1])]) == []
    sink.close()
    assert comments(receiver.work) != {}
    sink = posting(receiver, token="wr0ng-token")
    with pytest.raises(Fatal, match="answers 401") as told:
        sink.deliver([upsert(estate()[-1])])
    sink.close()
    assert "wr0ng" not in str(told.value)


def test_a_trial_sends_nothing(receiver: Receiver, tmp_path: Path) -> None:
    assert tried(config(url=receiver.url, token=TOKEN)).startswith("answers")
    assert [each.method for each in receiver.requests] == ["GET"]
    with pytest.raises(Fatal, match="answers 401"):
        tried(config(url=receiver.url, token="wr0ng-token"))
    assert tried(config(path=str(tmp_path / "out.jsonl"))).endswith("can be made")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({}, "write either url or path"),
        ({"url": "http://h", "path": "x"}, "write either url or path"),
        ({"url": "http://h", "mode": "snapshot"}, "a snapshot needs a path"),
        ({"url": "http://h", "endpoint": "v1"}, "endpoint"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        configured([{"type": "openlineage", **settings}], {})


def test_the_facts_are_of_the_version_that_the_docs_name() -> None:
    assert FROZEN["version"] == VERSION
    assert VERSION in Path("docs/sinks.md").read_text(encoding="utf-8")
