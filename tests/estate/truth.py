"""What the sample estate holds: the ground truth that crawls of it are compared with.

``COUNTS[flavour]`` gives the number of objects per entity type, child partitions and the source's own objects left
out; ``TABLES`` the relations per schema and table type; ``GOLDEN`` a few facts per relation that a crawler easily
gets wrong, compared field by field with ``differences``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

COUNTS: dict[str, dict[str, int]] = {
    "postgres": {"Schema": 4, "Table": 77, "StoredProcedure": 16, "Sequence": 26, "UserType": 7, "Trigger": 5},
    "mariadb": {"Schema": 3, "Table": 72, "StoredProcedure": 4, "Sequence": 1, "Trigger": 3},
    "sqlite": {"Table": 21, "Trigger": 2},
    "duckdb": {"Schema": 3, "Table": 20, "StoredProcedure": 2, "Sequence": 1, "UserType": 1},
}
"""PostgreSQL: the schema ``public`` counts, and so do sequences of identity columns and constructors of ranges (from
14 on, where ranges have multiranges)."""

TABLES: dict[str, dict[str, dict[str, int]]] = {
    "postgres": {
        "catalog": {"regular": 21, "view": 3, "materialized_view": 1},
        "ops": {"regular": 19, "view": 3, "foreign": 1},
        "sales": {"regular": 22, "partitioned": 3, "view": 3, "materialized_view": 1},
    },
    "mariadb": {
        "shop_catalog": {"regular": 21, "system_versioned": 1, "view": 2},
        "shop_ops": {"regular": 16, "view": 4},
        "shop_sales": {"regular": 22, "partitioned": 3, "view": 3},
    },
    "sqlite": {"main": {"regular": 16, "virtual": 1, "view": 4}},
    "duckdb": {
        "catalog": {"regular": 5, "view": 2},
        "ops": {"regular": 7, "view": 1},
        "sales": {"regular": 4, "view": 1},
    },
}

ODD_NAMES = ("select", 'Odd "Names".and dots', " leading blank")
"""Names that every flavour has; in ``ops``, or in the only schema."""

GOLDEN: dict[str, dict[tuple[str, str], dict[str, Any]]] = {
    "postgres": {
        ("catalog", "products"): {
            "table_type": "regular",
            "comment": 'Everything that can be sold.  Two blanks, a "quote" and a trailing line end\n',
            "columns": {
                "product_id": {"native_type": "bigint", "type": "bigint", "nullable": False, "identity": "always"},
                "name": {"type": "text", "collation": "C", "nullable": False, "ordinal": 5},
                "status": {"type": "enum", "values": ()},
                "price": {"native_type": "numeric(12,2)", "type": "decimal", "precision": 12, "scale": 2},
                "price_net": {"generated_kind": "stored"},
                "labels": {"native_type": "text[]", "type": "array"},
                "attributes": {"type": "json", "comment": 'Free form: {"colour": "red"}'},
            },
            "constraints": {
                "products_pkey": {"kind": "primary_key", "columns": ("product_id",)},
                "products_brand_id_fkey": {
                    "kind": "foreign_key",
                    "referred_columns": ("brand_id",),
                    "on_update": "cascade",
                    "on_delete": "restrict",
                },
                "price_positive": {"kind": "check"},
            },
            "indexes": {"products_active": {"included": ("name",)}, "products_search": {"method": "gin"}},
        },
        ("catalog", "prices"): {"constraints": {"one_price_at_a_time": {"kind": "exclusion"}}},
        ("ops", "no_columns"): {"comment": "A table without a column is a table"},
        ("sales", "orders"): {
            "table_type": "partitioned",
            "partitions": 4,
            "partitioning": {"strategy": "range", "columns": ("ordered_at",)},
        },
        ("sales", "order_items"): {"partitioning": {"strategy": "hash"}, "partitions": 2},
    },
    "mariadb": {
        ("shop_catalog", "products"): {
            "columns": {
                "product_id": {"type": "bigint", "identity": "auto_increment", "nullable": False},
                "status": {"type": "enum", "values": ("draft", "active", "sold out", "it's retired")},
                "labels": {"type": "set", "values": ("new", "sale", "eco")},
                "price": {"type": "decimal", "precision": 12, "scale": 2},
                "price_net": {"generated_kind": "stored"},
                "name_upper": {"generated_kind": "virtual"},
            },
            "constraints": {"product_brand": {"kind": "foreign_key", "on_update": "cascade"}},
        },
        ("shop_sales", "orders"): {"table_type": "partitioned", "partitions": 3},
    },
    "sqlite": {
        ("main", "products"): {
            "columns": {"price_net": {"generated_kind": "stored"}, "name_upper": {"generated_kind": "virtual"}},
            "constraints": {"price_positive": {"kind": "check"}},
        },
    },
    "duckdb": {
        ("catalog", "products"): {
            "comment": "Everything that can be sold",
            "columns": {"size": {"type": "struct"}, "labels": {"type": "array"}, "either": {"type": "union"}},
        },
    },
}


def differences(entity: Any, expected: Mapping[str, Any], where: str = "") -> Iterator[str]:
    """What of ``expected`` is not so in ``entity``: fields by name, lists of named parts by their names.

    Prose loses blanks at the end of lines; case of actions (``CASCADE``) does not matter.
    """
    for field, value in expected.items():
        place = f"{where}.{field}" if where else field
        actual = getattr(entity, field)
        if isinstance(value, Mapping) and isinstance(actual, Sequence):
            parts = {part.name: part for part in actual}
            for name, facts in value.items():
                if name not in parts:
                    yield f"{place}: no {name!r}"
                else:
                    yield from differences(parts[name], facts, f"{place}[{name}]")
        elif isinstance(value, Mapping):
            yield from differences(actual, value, place)
        elif _plain(actual) != _plain(value):
            yield f"{place}: {actual!r}, not {value!r}"


def _plain(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value
