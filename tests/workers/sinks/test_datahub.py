"""The DataHub sink against a receiver that checks proposals as they are documented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from specs import names
from specs.contracts.sink import ChangeSink
from specs.entities.database.constraints import Constraint, ConstraintKind
from specs.entities.database.tables import Column, DataType, Table, TableType
from specs.errors import Fatal, Skip
from specs.recipe.recipe import ServiceRef
from specs.testing.sink import ChangesSuite, MemoryLineage, estate, upsert
from tests.servers.catalogs import DataHub
from tests.servers.receiver import Fault, Receiver
from workers.sinks.datahub.aspects_of import proposals
from workers.sinks.datahub.config import DataHubConfig
from workers.sinks.datahub.sink import ASPECTS_OF_A_CHANGE, DataHubSink
from workers.sinks.datahub.urns import UrnNames

TOKEN = "p.a.t-0123"
NAMES = UrnNames("postgres", "PROD", None)


def made(receiver: Receiver, stored: MemoryLineage | None = None, **settings: Any) -> DataHubSink:
    given = {"type": "datahub", "url": receiver.url, "token": TOKEN, "timeout": 5} | settings
    config, service = DataHubConfig.model_validate(given), ServiceRef(name="shop", type="postgres")
    return DataHubSink(config, service, stored or MemoryLineage())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(DataHub(TOKEN)) as found:
        yield found


class TestDataHub(ChangesSuite):
    @pytest.fixture
    def place(self, receiver: Receiver) -> Receiver:
        return receiver

    def sink(self, place: Any) -> ChangeSink:
        return made(place)

    def tables(self, place: Any) -> dict[str, str]:
        found = {}
        for urn, aspects in place.work.live().items():
            ours = aspects["datasetProperties"]["customProperties"]["headrace"]
            assert urn == NAMES.dataset(ours)
            found[ours] = aspects["datasetProperties"]["description"]
        return found


def test_a_second_delivery_changes_no_aspect(receiver: Receiver) -> None:
    sink, work = made(receiver), receiver.work
    assert isinstance(work, DataHub)
    for _ in range(2):
        sink.deliver([upsert(each) for each in estate()])
        assert work.versions == 1
    sink.close()


def test_urns_are_those_of_its_own_ingestion() -> None:
    assert NAMES.dataset("svc.shop.s1.orders") == (
        "urn:li:dataset:(urn:li:dataPlatform:postgres,shop.s1.orders,PROD)"
    )  # fmt: skip
    assert NAMES.container("svc.postgres") == "urn:li:container:0202f800c992262c01ae6bbd5ee313f7"
    assert NAMES.container("svc.postgres.s1") == "urn:li:container:d8edf4b02b0cd38783ee23056950ccd0"
    odd = names.build("svc", "db", "s", "a(b),c")
    assert NAMES.dataset(odd) == "urn:li:dataset:(urn:li:dataPlatform:postgres,db.s.a%28b%29%2Cc,PROD)"
    assert UrnNames("postgres", "DEV", "eu").dataset("svc.db.s.t") == (
        "urn:li:dataset:(urn:li:dataPlatform:postgres,eu.db.s.t,DEV)"
    )  # fmt: skip


def test_platforms_whose_tables_have_two_names() -> None:
    names_ = UrnNames("mysql", "PROD", None)
    assert names_.dataset("shopm.def.m5.foo") == "urn:li:dataset:(urn:li:dataPlatform:mysql,m5.foo,PROD)"
    assert names_.container("shopm.def.m5") == "urn:li:container:f3a5ddfd3bf16cb08b54a321a464c888"
    found = list(proposals("Schema", "shopm.def.m5", {"name": "m5", "fqn": "shopm.def.m5"}, names_))
    told = {each.aspect: each.value for each in found}
    assert "container" not in told
    assert told["subTypes"] == {"typeNames": ["Database"]}
    assert told["browsePathsV2"] == {"path": []}
    assert list(proposals("Database", "shopm.def", {"name": "def", "fqn": "shopm.def"}, names_)) == []
    assert list(proposals("Database", "shopm.def", None, names_)) == []
    assert UrnNames("mysql", "PROD", None, 3).dataset("s.def.m5.foo").endswith("mysql,def.m5.foo,PROD)")
    assert UrnNames("other", "PROD", None, 2).dataset("s.def.m5.foo").endswith("other,m5.foo,PROD)")


def test_only_named_parts_are_fields() -> None:
    part = Column(name="street", native_type="text", type=DataType.TEXT, ordinal=1)
    struct = Column(name="element", native_type="addr", type=DataType.STRUCT, ordinal=1, children=(part,))
    text = Column(name="element", native_type="text", type=DataType.TEXT, ordinal=1)
    table = Table(
        fqn="shop.db.s.t", name="t", parent="shop.db.s", table_type=TableType.REGULAR,
        columns=(
            Column(name="tags", native_type="text[]", type=DataType.ARRAY, ordinal=1, children=(text,)),
            Column(name="homes", native_type="addr[]", type=DataType.ARRAY, ordinal=2, children=(struct,)),
            Column(name="by", native_type="map", type=DataType.MAP, ordinal=3, children=(text, struct)),
            Column(name="doc", native_type="jsonb", type=DataType.JSON, ordinal=4),
        ),
    )  # fmt: skip
    fields = aspects(table)["schemaMetadata"]["fields"]
    assert [each["fieldPath"] for each in fields] == ["tags", "homes", "homes.street", "by", "by.street", "doc"]
    assert fields[-1]["type"] == {"type": {"com.linkedin.schema.RecordType": {}}}


def aspects(entity: Any) -> dict[str, Any]:
    found = list(proposals(entity.type_name(), entity.fqn, json.loads(entity.content()), NAMES))
    assert len(found) <= ASPECTS_OF_A_CHANGE
    assert len({each.urn for each in found}) == 1
    return {each.aspect: each.value for each in found}


def test_containers() -> None:
    _, database, schema, _ = estate()
    assert aspects(database) == {
        "containerProperties": {
            "name": "db",
            "env": "PROD",
            "customProperties": {"platform": "postgres", "env": "PROD", "database": "db", "headrace": "shop.db"},
        },
        "browsePathsV2": {"path": []},
        "subTypes": {"typeNames": ["Database"]},
        "dataPlatformInstance": {"platform": "urn:li:dataPlatform:postgres"},
        "status": {"removed": False},
    }
    found = aspects(schema)
    assert found["container"] == {"container": NAMES.container("shop.db")}
    assert found["subTypes"] == {"typeNames": ["Schema"]}


def test_a_table_with_keys_and_nested_columns() -> None:
    inner = Column(name="a", native_type="int", type=DataType.INT, ordinal=1)
    table = Table(
        fqn="shop.db.s.orders", name="orders", parent="shop.db.s", table_type=TableType.REGULAR, comment="all",
        columns=(
            Column(name="id", native_type="bigint", type=DataType.BIGINT, ordinal=1, nullable=False, comment="key"),
            Column(name="s", native_type="struct", type=DataType.STRUCT, ordinal=2, children=(inner,)),
        ),
        constraints=(
            Constraint(kind=ConstraintKind.PRIMARY_KEY, columns=("id",)),
            Constraint(
                kind=ConstraintKind.FOREIGN_KEY, name="fk", columns=("id",), referred_table="shop.db.s.items",
                referred_columns=("id",),
            ),
        ),
    )  # fmt: skip
    found = aspects(table)
    schema = found["schemaMetadata"]
    assert schema["fields"][0] == {
        "fieldPath": "id", "nullable": False, "nativeDataType": "bigint", "recursive": False, "isPartOfKey": True,
        "type": {"type": {"com.linkedin.schema.NumberType": {}}}, "description": "key",
    }  # fmt: skip
    assert [field["fieldPath"] for field in schema["fields"]] == ["id", "s", "s.a"]
    assert schema["primaryKeys"] == ["id"]
    (key,) = schema["foreignKeys"]
    assert key["foreignDataset"] == NAMES.dataset("shop.db.s.items")
    assert key["sourceFields"] == [f"urn:li:schemaField:({NAMES.dataset('shop.db.s.orders')},id)"]
    assert found["datasetProperties"]["qualifiedName"] == "db.s.orders"
    assert found["container"] == {"container": NAMES.container("shop.db.s")}


def test_a_view() -> None:
    view = Table(fqn="shop.db.s.v", name="v", parent="shop.db.s", table_type=TableType.VIEW, view_definition="SELECT 1")
    found = aspects(view)
    assert found["viewProperties"] == {"materialized": False, "viewLogic": "SELECT 1", "viewLanguage": "SQL"}
    assert found["subTypes"] == {"typeNames": ["View"]}


def test_a_batch_stays_below_what_it_takes(receiver: Receiver) -> None:
    sink = made(receiver, batch_entries=10_000)
    assert sink.bounds.entries * ASPECTS_OF_A_CHANGE <= 200
    sink.close()


def test_refusals_are_of_the_whole_batch(receiver: Receiver) -> None:
    sink = made(receiver)
    receiver.faults = [None, Fault(status=422, body="which one was it")]
    with pytest.raises(Skip, match="which one was it"):
        sink.deliver([upsert(each) for each in estate()])
    sink.close()


def test_what_is_not_datahub_is_told(receiver: Receiver) -> None:
    receiver.faults = [Fault(body="[]")]
    sink = made(receiver)
    with pytest.raises(Fatal, match="this is no DataHub"):
        sink.deliver([upsert(estate()[1])])
    sink.close()
    sink = made(receiver, token="wr0ng-token")
    with pytest.raises(Fatal, match="answers 401"):
        sink.deliver([upsert(estate()[1])])
    sink.close()
