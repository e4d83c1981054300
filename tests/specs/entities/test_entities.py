"""Entities: equal objects have equal content, whatever order or line ends they came in; volatile facts stay out."""

import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from specs import entities
from specs.entities import (
    Column,
    Constraint,
    ConstraintKind,
    Entity,
    Index,
    Part,
    Securable,
    Sequence,
    Service,
    Table,
    TableType,
    Trigger,
    content_hash,
    entity_types,
)

PLACE = {"fqn": "s.d.p.t", "name": "t", "parent": "s.d.p"}


def table(**fields: object) -> Table:
    return Table(**PLACE, table_type=TableType.REGULAR, **fields)  # type: ignore[arg-type]


CONSTRAINTS = [
    Constraint(kind=ConstraintKind.CHECK, expression="a > 0"),
    Constraint(kind=ConstraintKind.CHECK, expression="b > 0"),
    Constraint(kind=ConstraintKind.PRIMARY_KEY, name="pk", columns=("b", "a")),
    Constraint(kind=ConstraintKind.FOREIGN_KEY, name="fk", columns=("a",), referred_table="s.d.p.u"),
]
INDEXES = [Index(name="one", columns=("b", "a")), Index(name="two", columns=("a",))]


@given(st.permutations(CONSTRAINTS), st.permutations(INDEXES), st.permutations(["x", "y", "z"]))
def test_the_order_of_unordered_things_does_not_matter(
    constraints: list[Constraint], indexes: list[Index], tags: list[str]
) -> None:
    shuffled = table(
        constraints=tuple(constraints),
        indexes=tuple(indexes),
        tags=tuple(tags),
        properties=dict.fromkeys(tags, "1"),
    )
    sorted_ = table(
        constraints=tuple(CONSTRAINTS),
        indexes=tuple(INDEXES),
        tags=("z", "x", "y"),
        properties={"y": "1", "z": "1", "x": "1"},
    )
    assert shuffled.content() == sorted_.content()
    assert content_hash(shuffled.content()) == content_hash(sorted_.content())


def test_the_order_of_columns_does_matter() -> None:
    one, two = Column(name="a", native_type="int"), Column(name="b", native_type="int")
    assert table(columns=(one, two)).content() != table(columns=(two, one)).content()
    first, second = (Index(name="i", columns=columns) for columns in (("a", "b"), ("b", "a")))
    assert table(indexes=(first,)).content() != table(indexes=(second,)).content()


@pytest.mark.parametrize(
    ("one", "two"),
    [("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a  \nb\t", "a\nb"), ("a\r\n", "a\n"), ("a\0", "a�"), ("\udc00", "�")],
)
def test_comments_that_read_alike_are_equal(one: str, two: str) -> None:
    assert table(comment=one).content() == table(comment=two).content()


@pytest.mark.parametrize(("one", "two"), [("a  b", "a b"), (" a", "a"), ("a\n\nb", "a\nb"), ("A", "a")])
def test_comments_that_read_differently_are_not(one: str, two: str) -> None:
    assert table(comment=one).content() != table(comment=two).content()


def test_sql_is_kept_to_the_letter() -> None:
    sql = "SELECT 'a  \r\n  b'  \n"
    view = table(view_definition=sql)
    assert view.view_definition == sql
    assert json.loads(view.content())["view_definition"] == sql
    assert view.content() != table(view_definition=sql.rstrip()).content()


def test_volatile_facts_stay_out_of_the_content() -> None:
    plain, busy = table(), table(row_estimate=5, size_bytes=10, next_auto_increment=3, partitions=2)
    assert plain.content() == busy.content()
    assert plain.stats() is None
    assert json.loads(busy.stats() or "") == {
        "row_estimate": 5,
        "size_bytes": 10,
        "next_auto_increment": 3,
        "partitions": 2,
    }
    assert Service(fqn="s", name="s", service_type="x").stats() is None
    assert json.loads(Sequence(**PLACE, last_value=7).stats() or "") == {"last_value": 7}


def test_defaults_stay_out_of_the_content() -> None:
    assert json.loads(table().content()) == {**PLACE, "table_type": "regular"}
    assert table(columns=(), comment=None).content() == table().content()


def test_content_reads_back() -> None:
    child = Column(name="f", native_type="int", ordinal=1)
    nested = Column(name="s", native_type="struct<f:int>", children=(child,), values=("x",))
    full = table(columns=(nested, child), constraints=tuple(CONSTRAINTS), indexes=tuple(INDEXES), comment="é")
    back = Table.model_validate_json(full.content())
    assert back == full
    assert back.content() == full.content()


def test_a_shared_column_is_dumped_once_and_a_copy_of_it_anew() -> None:
    column = Column(name="a", native_type="int")
    assert column.json_text() is column.json_text()
    assert json.loads(column.model_copy(update={"name": "b"}).json_text())["name"] == "b"
    assert column == Column(name="a", native_type="int")
    assert pickle.loads(pickle.dumps(column)) == column
    assert "_json" not in column.model_dump_json() + repr(column)


@pytest.mark.parametrize("field", sorted(set(Table.model_fields) - Table.VOLATILE - {"created_at"}))
def test_every_other_field_changes_the_hash(field: str) -> None:
    values: dict[str, object] = {
        "columns": (Column(name="a", native_type="int"),),
        "constraints": tuple(CONSTRAINTS),
        "indexes": tuple(INDEXES),
        "partitioning": {"strategy": "hash"},
        "table_type": TableType.VIEW,
        "tags": ("x",),
        "properties": {"a": "b"},
        "inherits": ("other",),
        "populated": False,
        "row_security": True,
        "row_security_forced": True,
        "depends_on": ({"fqn": "other"},),
        "grants": ({"grantee": "reader", "privileges": ["select"]},),
        "policies": ({"name": "own rows"},),
        "rules": ({"name": "r", "event": "insert", "definition": "NOTHING"},),
        "statistics": ({"name": "s"},),
    }
    plain = {**PLACE, "table_type": TableType.REGULAR}
    changed = Table.model_validate({**plain, field: values.get(field, "other")})
    assert content_hash(changed.content()) != content_hash(Table.model_validate(plain).content())


def test_entities_are_frozen_and_refuse_what_they_do_not_know() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        table().name = "other"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        table(colums=())
    with pytest.raises(ValidationError, match="frozen"):
        Column(name="a", native_type="int").name = "b"  # type: ignore[misc]


def test_search_text_holds_what_people_look_for() -> None:
    found = table(comment="all orders", columns=(Column(name="buyer", native_type="int", comment="who pays"),))
    assert found.search_text() == "t all orders buyer who pays"


def test_events_of_a_trigger_have_no_order() -> None:
    one, two = (
        Trigger(**PLACE, timing="after", events=events) for events in (("update", "insert"), ("insert", "update"))
    )
    assert one.content() == two.content()


# -- every entity type ------------------------------------------------------------------------------------------------
def test_all_entities_are_exported_once_flat() -> None:
    assert all(hasattr(entities, name) for name in entities.__all__)  # and all modules are imported by it
    known = {cls.__name__ for cls in _below(Entity)}
    assert set(entity_types) == known
    assert known < set(entities.__all__)
    assert {cls.__name__ for cls in _below(Part)} | {"Part"} <= set(entities.__all__)
    assert sorted(entities.__all__) == sorted(set(entities.__all__))


@pytest.mark.parametrize("name", sorted(entity_types))
def test_an_entity_type_is_described_and_sound(name: str) -> None:
    entity = entity_types[name]
    assert entity.type_name() == name
    assert entity.__doc__
    assert entity.__doc__ != Entity.__doc__
    assert set(entity.model_fields) >= entity.VOLATILE | set(entity.SHARED)
    assert all(not entity.model_fields[field].is_required() for field in entity.VOLATILE)
    assert entity.model_config.get("frozen")
    assert entity.model_config.get("extra") == "forbid"
    assert "properties" in entity.model_json_schema()


def _below(cls: type[Part]) -> set[type[Part]]:
    direct = {sub for sub in cls.__subclasses__() if sub.__module__.startswith("specs.entities.")}
    return direct.union(*(_below(sub) for sub in direct)) - {Entity, Securable}
