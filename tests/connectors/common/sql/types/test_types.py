"""Native type text, read in the spellings of many dialects, and never in a way that raises."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.common.sql.types.types import MAX_DEPTH, ParsedType, forget, parse
from connectors.sqlite.connection import SqliteConnection
from connectors.sqlite.metadata import SqliteSource
from specs.entities.database.tables import Column, DataType, Table, TableType

T = DataType


@pytest.mark.parametrize(
    ("native", "expected"),
    [
        ("int(11) unsigned zerofill", ParsedType(T.INT)),
        ("bigint(20) unsigned", ParsedType(T.BIGINT)),
        ("character varying(50)", ParsedType(T.VARCHAR, length=50)),
        ("VARCHAR2(50 CHAR)", ParsedType(T.VARCHAR, length=50)),
        ("nvarchar(max)", ParsedType(T.VARCHAR)),
        ("varchar(10) character set utf8mb4 collate utf8mb4_bin", ParsedType(T.VARCHAR, length=10)),
        ("timestamp(6) with time zone", ParsedType(T.TIMESTAMPTZ, precision=6)),
        ("timestamp without time zone", ParsedType(T.TIMESTAMP)),
        ("double precision", ParsedType(T.DOUBLE)),
        ("float(53)", ParsedType(T.DOUBLE, precision=53)),
        ("decimal(20,0)", ParsedType(T.DECIMAL, precision=20, scale=0)),
        ("numeric(3,-2)", ParsedType(T.DECIMAL, precision=3, scale=-2)),
        ("NUMBER(10)", ParsedType(T.DECIMAL, precision=10, scale=0)),
        ("Decimal64(4)", ParsedType(T.DECIMAL, precision=18, scale=4)),
        ("enum('a','b,c','it''s')", ParsedType(T.ENUM, values=("a", "b,c", "it's"))),
        ("set('x)','y')", ParsedType(T.SET, values=("x)", "y"))),
        ("Enum8('a' = 1, 'b' = 2)", ParsedType(T.ENUM, values=("a", "b"))),
        ("Nullable(Decimal(9,2))", ParsedType(T.DECIMAL, precision=9, scale=2)),
        ("LowCardinality(Nullable(String))", ParsedType(T.VARCHAR)),
        ("FixedString(16)", ParsedType(T.CHAR, length=16)),
        ("Int8", ParsedType(T.TINYINT)),
        ("int8", ParsedType(T.BIGINT)),
        ("DateTime64(3, 'UTC')", ParsedType(T.TIMESTAMP, precision=3)),
        ("interval day to second(3)", ParsedType(T.INTERVAL, precision=3)),
        ("VECTOR(FLOAT, 256)", ParsedType(T.VECTOR, length=256)),
        ("geometry(Point,4326)", ParsedType(T.GEOMETRY)),
        ("public.hstore", ParsedType(T.MAP)),
        ('public."Weird.Type"', ParsedType()),
        ('"char"', ParsedType(T.CHAR, length=1)),
        ("bit varying(5)", ParsedType(T.BIT, length=5)),
        ("VARIANT", ParsedType(T.JSON)),
        ("", ParsedType()),
        ("no such type", ParsedType()),
    ],
)
def test_a_scalar_type_has_its_measures(native: str, expected: ParsedType) -> None:
    assert parse(native) == expected


@pytest.mark.parametrize(
    ("native", "escapes", "expected"),
    [
        (r"ENUM('a\', 'b', 'c\d')", False, ("a\\", "b", "c\\d")),
        (r"enum('x\\y','end\\','b','nl\nx')", True, ("x\\y", "end\\", "b", "nl\nx")),
        (r"Enum8('it\'s' = 1, '\\' = 2, 't\tb' = 3)", True, ("it's", "\\", "t\tb")),
    ],
)
def test_backslashes_in_labels_are_escapes_in_some_dialects_only(
    native: str, escapes: bool, expected: tuple[str, ...]
) -> None:
    assert parse(native, escapes=escapes).values == expected
    (key, _) = parse(f"MAP({native}, INTEGER)", escapes=escapes).children
    assert key.values == expected


def shape(column: Column | ParsedType) -> object:
    """Names and types, nested."""
    if not column.children:
        return column.type.value
    return column.type.value, [(child.name, shape(child)) for child in column.children]


@pytest.mark.parametrize(
    ("native", "expected"),
    [
        ("int[]", ("array", [("element", "int")])),
        ("INTEGER[3][]", ("array", [("element", ("array", [("element", "int")]))])),
        ("timestamp with time zone[]", ("array", [("element", "timestamptz")])),
        ("integer ARRAY[4]", ("array", [("element", "int")])),
        ("ENUM('x')[]", ("array", [("element", "enum")])),
        ("MAP(VARCHAR, INTEGER[])", ("map", [("key", "varchar"), ("value", ("array", [("element", "int")]))])),
        ("map<string,int>", ("map", [("key", "varchar"), ("value", "int")])),
        ("ROW(a bigint, b varchar(3))", ("struct", [("a", "bigint"), ("b", "varchar")])),
        ("row(double precision, integer)", ("struct", [("1", "double"), ("2", "int")])),
        ("STRUCT(double INTEGER, time TIME)", ("struct", [("double", "int"), ("time", "time")])),
        ("STRUCT<INT64, s STRING NOT NULL, tags ARRAY<INT64>>",
         ("struct", [("1", "bigint"), ("s", "varchar"), ("tags", ("array", [("element", "bigint")]))])),
        ("struct<a-b:int,1st:int,`c:d`:int>", ("struct", [("a-b", "int"), ("1st", "int"), ("c:d", "int")])),
        ('STRUCT("x""y" INTEGER, "a, b)" VARCHAR)', ("struct", [('x"y', "int"), ("a, b)", "varchar")])),
        ("Tuple(a UInt8, b Array(String))",
         ("struct", [("a", "tinyint"), ("b", ("array", [("element", "varchar")]))])),
        ("Nested(a UInt8)", ("array", [("element", ("struct", [("a", "tinyint")]))])),
        ("UNION(num INTEGER, str VARCHAR)", ("union", [("num", "int"), ("str", "varchar")])),
        ("uniontype<int,string>", ("union", [("1", "int"), ("2", "varchar")])),
        ("RANGE<DATE>", ("range", [("element", "date")])),
    ],
)  # fmt: skip
def test_a_nested_type_has_its_fields(native: str, expected: object) -> None:
    assert shape(parse(native)) == expected


def test_a_field_keeps_its_own_text_comment_and_nullability() -> None:
    parsed = parse("STRUCT<a decimal(3, 1) NOT NULL OPTIONS(description='x, y'), b struct<c:int COMMENT 'it, is'>>")
    first, second = parsed.children
    assert (first.native_type, first.nullable, first.precision, first.scale) == ("decimal(3, 1)", False, 3, 1)
    assert second.native_type == "struct<c:int COMMENT 'it, is'>"
    assert second.children[0].comment == "it, is"


@pytest.mark.parametrize("native", ["array<" * 5000 + "int" + ">" * 5000, "int" + "[]" * 5000, "STRUCT(a " * 5000])
def test_absurd_depth_is_cut_not_a_crash(native: str) -> None:
    parsed = parse(native)
    table = Table(
        fqn="s.d.s.t", name="t", table_type=TableType.REGULAR,
        columns=(Column(name="c", native_type=native, type=parsed.type, children=parsed.children),),
    )  # fmt: skip
    assert Table.model_validate_json(table.model_dump_json()) == table


def test_ordinary_depth_is_taken_apart_completely() -> None:
    parsed, depth = parse("array<" * (MAX_DEPTH - 1) + "int" + ">" * (MAX_DEPTH - 1)), 0
    children = parsed.children
    while children:
        depth, children = depth + 1, children[0].children
    assert depth == MAX_DEPTH - 1


@given(st.text(alphabet="STRUCTarymap<>()[],:'\"` 0123\\\nintNOT-.=é", max_size=80))
def test_any_text_gives_a_result(native: str) -> None:
    assert isinstance(parse(native).type, DataType)


@given(st.text(max_size=40))
def test_any_label_and_field_name_comes_back(name: str) -> None:
    quoted, double = name.replace("'", "''"), name.replace('"', '""')
    assert parse(f"enum('x','{quoted}')").values == ("x", name)
    escaped = quoted.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\0", "\\0")
    assert parse(f"set('x','{escaped}','y')", escapes=True).values == ("x", name, "y")
    (field,) = parse(f'STRUCT("{double}" INTEGER)').children
    assert field.type is DataType.INT
    assert field.name == Column(name=name or "1", native_type="").name


def test_a_source_drops_what_is_cached_when_memory_is_short() -> None:
    forget()
    assert parse("decimal(10,2)") is parse("decimal(10,2)")
    source = SqliteSource("files", SqliteConnection(path="nowhere.db"))
    source.relieve()
    assert forget() == 0
    source.close()
