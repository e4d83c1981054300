"""The fields that each version of the canonical form added or changed: in these, older contents cannot be compared.

A catalog that an older release wrote has no value, or a less exact one, for a field that only this release reads. The
first crawl after an upgrade fills it in. That is no change of the source, so no change event may be made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, get_args

from specs.entities.base import Entity, Part

_SECURABLE = frozenset({"extension", "grants"})

CHANGED: Mapping[int, Mapping[str, frozenset[str]]] = {
    2: {
        "Column": frozenset({"storage", "compression", "statistics_target", "properties", "values"}),
        "Constraint": frozenset(
            {"on_delete_columns", "match", "initially_deferred", "validated", "no_inherit", "nulls_not_distinct"}
            | {"without_overlaps", "period", "comment", "kind=not_null", "deferrable", "on_conflict", "referred_table"}
            | {"referred_columns", "enforced"}
        ),
        "Database": _SECURABLE | frozenset({"settings", "properties"}),
        "Edge": frozenset({"proven", "confidence", "sql_hash", "note"}),
        "Index": frozenset({"columns", "keys", "nulls_not_distinct", "valid", "clustered", "tablespace", "options"}),
        "Lineage": frozenset({"evidence", "flows", "sql_hash", "statements", "seen"}),
        "Partitioning": frozenset({"strategy", "columns", "expression", "count", "subpartitions"}),
        "Schema": _SECURABLE,
        "Sequence": _SECURABLE | frozenset({"cache", "unlogged", "start", "next_value"}),
        "StoredProcedure": frozenset(
            _SECURABLE
            | {"volatility", "strict", "leakproof", "parallel", "cost", "rows", "support", "definer", "settings"}
            | {"properties", "code", "kind"}
        ),
        "Table": frozenset(
            _SECURABLE
            | {"depends_on", "rules", "policies", "statistics"}
            | {"default_partition", "inherits", "of_type", "tablespace", "populated", "row_security"}
            | {"row_security_forced", "replica_identity", "properties.toast.*", "ddl", "table_type"}
            | {"properties.period *", "properties.algorithm"}
        ),
        "Table.Column": frozenset({"collation"}),  # of domains
        "Trigger": frozenset(
            {"columns", "arguments", "state", "constraint", "deferrable", "initially_deferred", "referred_table"}
            | {"old_table", "new_table", "definer", "order", "definition"}
        ),
        "Usage": frozenset(
            {"target", "day", "queries", "reads", "writes", "users", "user_names", "first_use", "last_use"}
            | {"columns", "top", "joins"}
        ),
        "UserType": _SECURABLE | frozenset({"collation", "kind", "base_type", "fields", "properties"}),
    },
}
"""By version and class, the rules of what cannot be compared with contents of the version before: ``field`` (new, or
read more exactly), ``field.pattern`` (keys of a mapping), ``field=value`` (a whole part with this value). The class
``Table.Column`` means ``Column`` inside ``Table`` only."""


def comparable(entity: type[Entity], content: dict[str, Any], version: int) -> dict[str, Any]:
    """``content`` (as parsed JSON) without the fields in which contents of the older ``version`` cannot be compared.

    >>> from specs.entities import Index, Table
    >>> comparable(Table, {"name": "t", "indexes": [{"name": "i", "valid": False}]}, 1)
    {'name': 't', 'indexes': [{'name': 'i'}]}
    """
    return _strip(entity, content, _Rules(entity.type_name(), version))


class _Rules:
    """The rules of each class inside one entity type, for contents of an older version."""

    def __init__(self, entity: str, version: int) -> None:
        self.entity = entity
        self.changes = [classes for number, classes in CHANGED.items() if number > version]

    def of(self, part: type[Part]) -> set[str]:
        names = (part.__name__, f"{self.entity}.{part.__name__}")
        return {rule for classes in self.changes for name in names for rule in classes.get(name, ())}


def _strip(part: type[Part], content: dict[str, Any], rules: _Rules) -> dict[str, Any]:
    mine, inner = rules.of(part), _parts(part)
    found: dict[str, Any] = {}
    for field, given in content.items():
        within, value = inner.get(field), given
        if field in mine:
            continue
        if within is not None and isinstance(given, list):
            value = [_strip(within, each, rules) for each in given if not _whole(each, rules.of(within))]
        elif within is not None and isinstance(given, dict):
            value = _strip(within, given, rules)
        elif isinstance(given, dict):
            value = {key: each for key, each in given.items() if not _matches(f"{field}.{key}", mine)}
        if value or value == given:  # content has no empty fields, so one that became empty here must go
            found[field] = value
    return found


def _whole(content: dict[str, Any], rules: set[str]) -> bool:
    pairs = [rule.split("=", 1) for rule in rules if "=" in rule]
    return any(content.get(field) == value for field, value in pairs)


def _matches(key: str, rules: set[str]) -> bool:
    return any("." in rule and fnmatchcase(key, rule) for rule in rules)


@cache
def _parts(part: type[Part]) -> Mapping[str, type[Part]]:
    """The classes of the fields that hold parts, by field."""
    found = {}
    for name, field in part.model_fields.items():
        for each in (field.annotation, *get_args(field.annotation)):
            if isinstance(each, type) and issubclass(each, Part):
                found[name] = each
    return found
