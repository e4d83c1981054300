"""The OpenMetadata sink against a receiver that checks requests as the published schemas say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from specs import names
from specs.contracts.sink import ChangeSink
from specs.entities.database.constraints import Constraint, ConstraintKind
from specs.entities.database.routines import StoredProcedure
from specs.entities.database.tables import (
    Column,
    Database,
    DataType,
    Partitioning,
    Schema,
    Sequence,
    Service,
    Table,
    TableType,
    UserType,
)
from specs.entities.database.triggers import Trigger
from specs.errors import Fatal
from specs.recipe.recipe import ServiceRef
from specs.testing.sink import ChangesSuite, MemoryLineage, delete, estate, upsert
from tests.servers.catalogs import OpenMetadata
from tests.servers.receiver import Fault, Receiver
from workers.sinks.openmetadata.columns import TYPES, column
from workers.sinks.openmetadata.config import OpenMetadataConfig
from workers.sinks.openmetadata.mapping import PATHS, request
from workers.sinks.openmetadata.names import fqn, name
from workers.sinks.openmetadata.sink import OpenMetadataSink

TOKEN = "j.w.t-0123"


def made(receiver: Receiver, stored: MemoryLineage | None = None, **settings: Any) -> OpenMetadataSink:
    given = {"type": "openmetadata", "url": f"{receiver.url}/api", "token": TOKEN, "timeout": 5} | settings
    config, service = OpenMetadataConfig.model_validate(given), ServiceRef(name="shop", type="postgres")
    return OpenMetadataSink(config, service, stored or MemoryLineage())


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver(OpenMetadata(TOKEN)) as found:
        yield found


class TestOpenMetadata(ChangesSuite):
    @pytest.fixture
    def place(self, receiver: Receiver) -> Receiver:
        return receiver

    def sink(self, place: Any) -> ChangeSink:
        return made(place)

    def tables(self, place: Any) -> dict[str, str]:
        found = {}
        for theirs, table in place.work.live("tables").items():
            ours = names.build("shop", "db", "public", table.get("displayName", table["name"]))
            assert theirs == fqn(ours)
            found[ours] = table.get("description", "")
        return found


def test_a_second_delivery_makes_no_new_version(receiver: Receiver) -> None:
    sink, work = made(receiver), receiver.work
    assert isinstance(work, OpenMetadata)
    for _ in range(2):
        sink.deliver([upsert(each) for each in estate()])
        assert work.versions == 4
    sink.close()
    service = work.live("services/databaseServices")["shop"]
    assert service == {"name": "shop", "serviceType": "Postgres"}


def content(entity: Any) -> dict[str, Any]:
    return request(entity.type_name(), json.loads(entity.content()), "Postgres")


def test_containers() -> None:
    assert content(Service(fqn='"a.b"', name="a.b", service_type="database", comment="c")) == {
        "name": "a.b", "description": "c", "serviceType": "Postgres"
    }  # fmt: skip
    assert content(Database(fqn='"a.b".db', name="db", parent='"a.b"')) == {"name": "db", "service": '"a.b"'}
    schema = Schema(fqn='"a.b".db."s.1"', name="s.1", parent='"a.b".db', display_name="One")
    assert content(schema) == {"name": "s.1", "displayName": "One", "database": '"a.b".db'}


def test_a_table_with_everything() -> None:
    table = Table(
        fqn="shop.db.s.orders", name="orders", parent="shop.db.s", table_type=TableType.PARTITIONED, comment="all",
        columns=(
            Column(name="id", native_type="bigint", type=DataType.BIGINT, ordinal=1, nullable=False, comment="key"),
            Column(name="code", native_type="varchar(9)", type=DataType.VARCHAR, ordinal=2, length=9),
            Column(name="sum", native_type="numeric(12,2)", type=DataType.DECIMAL, ordinal=3, precision=12, scale=2),
            Column(name="text", native_type="varchar", type=DataType.VARCHAR, ordinal=4),
        ),
        constraints=(
            Constraint(kind=ConstraintKind.PRIMARY_KEY, columns=("id",)),
            Constraint(kind=ConstraintKind.UNIQUE, columns=("code", "sum")),
            Constraint(
                kind=ConstraintKind.FOREIGN_KEY, columns=("code",), referred_table='shop.db."s.2".codes',
                referred_columns=("code",),
            ),
            Constraint(kind=ConstraintKind.CHECK, expression="id > 0"),
        ),
        partitioning=Partitioning(strategy="range", columns=("id",)), ddl="CREATE TABLE ...", location="s3://x",
    )  # fmt: skip
    assert content(table) == {
        "name": "orders", "description": "all", "databaseSchema": "shop.db.s", "tableType": "Partitioned",
        "schemaDefinition": "CREATE TABLE ...", "locationPath": "s3://x",
        "tablePartition": {"columns": [{"columnName": "id", "intervalType": "TIME-UNIT", "interval": "range"}]},
        "columns": [
            {"name": "id", "dataType": "BIGINT", "dataTypeDisplay": "bigint", "ordinalPosition": 1,
             "constraint": "PRIMARY_KEY", "description": "key"},
            {"name": "code", "dataType": "VARCHAR", "dataTypeDisplay": "varchar(9)", "ordinalPosition": 2,
             "constraint": "NULL", "dataLength": 9},
            {"name": "sum", "dataType": "DECIMAL", "dataTypeDisplay": "numeric(12,2)", "ordinalPosition": 3,
             "constraint": "NULL", "precision": 12, "scale": 2},
            {"name": "text", "dataType": "VARCHAR", "dataTypeDisplay": "varchar", "ordinalPosition": 4,
             "constraint": "NULL", "dataLength": 1},
        ],
        "tableConstraints": [
            {"constraintType": "FOREIGN_KEY", "columns": ["code"], "referredColumns": ['shop.db."s.2".codes.code']},
            {"constraintType": "UNIQUE", "columns": ["code", "sum"]},
        ],
    }  # fmt: skip


def test_a_view() -> None:
    view = Table(
        fqn="shop.db.s.v", name="v", parent="shop.db.s", table_type=TableType.MATERIALIZED, view_definition="SELECT 1"
    )
    found = content(view)
    assert (found["tableType"], found["schemaDefinition"], found["columns"]) == ("MaterializedView", "SELECT 1", [])


def test_nested_columns() -> None:
    inner = Column(name="a", native_type="int", type=DataType.INT, ordinal=1)
    struct = Column(name="s", native_type="struct<a:int>", type=DataType.STRUCT, ordinal=1, children=(inner,))
    found = column(json.loads(struct.json_text()), 1)
    assert (found["dataType"], found["children"][0]["dataType"]) == ("STRUCT", "INT")
    array = Column(name="l", native_type="int[]", type=DataType.ARRAY, ordinal=1)
    assert column(json.loads(array.json_text()), 1)["arrayDataType"] == "UNKNOWN"


def test_a_procedure() -> None:
    procedure = StoredProcedure(
        fqn=names.build("shop", "db", "s", "tax(numeric, text)"), name="tax", parent="shop.db.s", language="plpgsql",
        code="BEGIN END",
    )  # fmt: skip
    assert content(procedure) == {
        "name": "tax(numeric, text)", "databaseSchema": "shop.db.s",
        "storedProcedureCode": {"language": "SQL", "code": "BEGIN END"},
    }  # fmt: skip


def test_types_without_a_place_are_passed_over(receiver: Receiver) -> None:
    others = [
        Sequence(fqn="shop.db.public.q", name="q", parent="shop.db.public"),
        UserType(fqn="shop.db.public.e", name="e", parent="shop.db.public", kind="enum"),
        Trigger(fqn="shop.db.public.orders.t", name="t", parent="shop.db.public.orders", timing="before"),
    ]
    sink = made(receiver)
    assert sink.deliver([upsert(each) for each in others]) == []
    assert sink.deliver([delete(each) for each in others]) == []
    sink.close()
    assert [each.method for each in receiver.requests] == ["GET"]
    assert {"Service", "Database", "Schema", "Table", "StoredProcedure"} == PATHS.keys()


def test_names() -> None:
    assert (
        name('a::b>"c"\nd\te') == "a__reserved__colon__b__reserved__arrow____reserved__quote__c__reserved__quote__ d e"
    )
    assert fqn(names.build("s", "a.b", 'c"d')) == 's."a.b".c__reserved__quote__d'
    assert set(TYPES) <= {str(each) for each in DataType}


def test_foreign_keys_to_what_comes_later_are_sent_without_and_told(receiver: Receiver) -> None:
    key = Constraint(
        kind=ConstraintKind.FOREIGN_KEY, columns=("id",), referred_table="shop.db.public.zoo", referred_columns=("id",)
    )
    table = estate()[-1].model_copy(update={"constraints": (key,)})
    sink, work = made(receiver), receiver.work
    assert isinstance(work, OpenMetadata)
    (refused,) = sink.deliver([*[upsert(each) for each in estate()[:-1]], upsert(table)])
    assert "shop.db.public.zoo not found" in refused.reason
    assert "tableConstraints" in work.live("tables")["shop.db.public.orders"]
    assert work.live("tables")["shop.db.public.orders"]["tableConstraints"] == []
    assert sink.deliver([upsert(estate("zoo")[-1])]) == []
    assert sink.deliver([refused.change]) == []
    sink.close()
    (constraint,) = work.live("tables")["shop.db.public.orders"]["tableConstraints"]
    assert constraint["referredColumns"] == ["shop.db.public.zoo.id"]


def test_what_is_not_openmetadata_is_told(receiver: Receiver) -> None:
    for url, why in ((receiver.url, "404"), (f"{receiver.url}/api/x", "404")):
        sink = made(receiver, url=url)
        with pytest.raises(Fatal, match=why):
            sink.deliver([upsert(estate()[0])])
        sink.close()
    receiver.faults = [Fault(body="<html>a login page</html>")]
    sink = made(receiver)
    with pytest.raises(Fatal, match="this is no OpenMetadata"):
        sink.deliver([upsert(estate()[0])])
    sink.close()
    sink = made(receiver, token="wr0ng-token")
    with pytest.raises(Fatal, match="answers 401") as told:
        sink.deliver([upsert(estate()[0])])
    sink.close()
    assert "wr0ng" not in str(told.value)
