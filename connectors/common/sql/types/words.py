"""The normalised types by the type names of all dialects: lower-case words with single blanks between them."""

from __future__ import annotations

from specs.entities.database.tables import DataType as T


def _words(type_: T, *spellings: str) -> dict[str, T]:
    return {word: type_ for spelling in spellings for word in spelling.split("|")}


SCALARS: dict[str, T] = {
    **_words(T.BOOLEAN, "boolean|bool|logical"),
    **_words(T.TINYINT, "tinyint|int1|int8u|uint8|byteint|utinyint|byte"),
    **_words(T.SMALLINT, "smallint|int2|int16|uint16|short|smallserial|serial2|usmallint"),
    **_words(
        T.INT, "int|integer|int4|int32|uint32|mediumint|middleint|int3|serial|serial4|uinteger|signed|simple_integer"
    ),
    **_words(T.INT, "pls_integer|binary_integer|oid|xid|cid|unsigned"),
    **_words(
        T.BIGINT, "bigint|int8|int64|uint64|long|bigserial|serial8|ubigint|xid8|unsigned big int|big int|rowversion"
    ),
    **_words(T.HUGEINT, "hugeint|uhugeint|int128|uint128|int256|uint256|largeint|bignum|varint"),
    **_words(T.DECIMAL, "decimal|numeric|number|dec|fixed|bignumeric|bigdecimal|decfloat"),
    **_words(T.DECIMAL, "decimal32|decimal64|decimal128|decimal256|smalldecimal"),
    **_words(T.FLOAT, "float|real|float4|float32|binary_float|bfloat16|halffloat"),
    **_words(T.DOUBLE, "double|double precision|float8|float64|binary_double|long double"),
    **_words(T.MONEY, "money|smallmoney"),
    **_words(
        T.CHAR, "char|character|bpchar|nchar|national char|national character|native character|fixedstring|graphic"
    ),
    **_words(
        T.VARCHAR, "varchar|character varying|char varying|nvarchar|varchar2|nvarchar2|varying character|vargraphic"
    ),
    **_words(T.VARCHAR, "national varchar|national character varying|national char varying|nchar varying|string|name"),
    **_words(T.TEXT, "text|tinytext|mediumtext|longtext|clob|nclob|ntext|citext|long varchar|character large object"),
    **_words(T.TEXT, "dbclob|char large object|long char varying"),
    **_words(T.BINARY, "binary|raw"),
    **_words(T.VARBINARY, "varbinary|binary varying|bytea|bytes|long raw|char byte|long varbinary"),
    **_words(T.BLOB, "blob|tinyblob|mediumblob|longblob|image|binary large object|bfile"),
    **_words(T.BIT, "bit|bit varying|varbit|bitstring"),
    **_words(T.DATE, "date|date32|newdate"),
    **_words(T.TIME, "time|time without time zone|time_ns"),
    **_words(T.TIMETZ, "timetz|time with time zone"),
    **_words(
        T.TIMESTAMP, "timestamp|datetime|datetime2|smalldatetime|datetime64|datetime32|timestamp_ntz|timestampntz"
    ),
    **_words(T.TIMESTAMP, "timestamp without time zone|timestamp_s|timestamp_ms|timestamp_us|timestamp_ns|seconddate"),
    **_words(
        T.TIMESTAMPTZ, "timestamptz|timestamp with time zone|timestamp_tz|timestamp_ltz|datetimeoffset|timestampltz"
    ),
    **_words(T.TIMESTAMPTZ, "timestamp with local time zone|timestamptz_ns|timestamp_tz_ns"),
    **_words(T.YEAR, "year"),
    **_words(T.INTERVAL, "interval"),
    **_words(T.UUID, "uuid|guid|uniqueidentifier"),
    **_words(T.JSON, "json|jsonb|variant|super|jsonpath|dynamic|semi-structured"),
    **_words(T.XML, "xml|xmltype"),
    **_words(T.ENUM, "enum|enum8|enum16"),
    **_words(T.SET, "set"),
    **_words(T.MAP, "hstore"),
    **_words(T.RANGE, "int4range|int8range|numrange|tsrange|tstzrange|daterange"),
    **_words(T.RANGE, "int4multirange|int8multirange|nummultirange|tsmultirange|tstzmultirange|datemultirange"),
    **_words(T.GEOMETRY, "geometry|geography|point|linestring|polygon|multipoint|multilinestring|multipolygon"),
    **_words(T.GEOMETRY, "geometrycollection|geomcollection|line|lseg|box|path|circle|box2d|box3d|sdo_geometry|ring"),
    **_words(T.GEOMETRY, "point_2d|linestring_2d|polygon_2d|box_2d"),
    **_words(T.INET, "inet|cidr|macaddr|macaddr8|inet4|inet6|ipv4|ipv6|ipaddress|ipprefix"),
    **_words(T.TSVECTOR, "tsvector|tsquery|gtsvector"),
    **_words(T.VECTOR, "vector|halfvec|sparsevec"),
}

STRUCTS = {"struct", "row", "tuple", "record", "object", "nested", "union"}
"""Their arguments are fields, named or not."""
LISTS = {"array", "list", "map", "uniontype", "variant", "range", "table", "nullable", "lowcardinality", "multiset"}
"""Their arguments are types."""
WRAPPERS = {"nullable", "lowcardinality"}
"""They mean what is inside them."""
MODIFIERS = {"not", "null", "comment", "options", "default", "collate", "constraint", "encode", "charset", "codec"}
"""Words behind which the type is over, inside a list of fields."""

PAIRS = {
    ("double", "precision"), ("long", "varchar"), ("long", "raw"), ("long", "varbinary"), ("long", "double"),
    ("character", "varying"), ("char", "varying"), ("nchar", "varying"), ("bit", "varying"), ("binary", "varying"),
    ("varying", "character"), ("native", "character"), ("national", "char"), ("national", "character"),
    ("national", "varchar"), ("timestamp", "with"), ("timestamp", "without"), ("time", "with"), ("time", "without"),
    ("binary", "large"), ("character", "large"), ("char", "large"), ("unsigned", "big"), ("big", "int"),
}  # fmt: skip
"""Two words that begin one type name, so that the first is not the name of a field."""
SECOND = {"unsigned", "signed", "zerofill", "not", "null", "array", "collate", "comment", "options"}
"""A second word that says the first was a type, not the name of a field."""
LENGTHS = {T.CHAR, T.VARCHAR, T.TEXT, T.BINARY, T.VARBINARY, T.BLOB, T.BIT, T.VECTOR}
PRECISIONS = {T.DECIMAL, T.FLOAT, T.DOUBLE, T.TIME, T.TIMETZ, T.TIMESTAMP, T.TIMESTAMPTZ, T.INTERVAL}
SHORTHANDS = {"decimal32": 9, "decimal64": 18, "decimal128": 38, "decimal256": 76}
"""Decimals whose name is their precision; the one argument is the scale."""
