"""The words for the type of a setting: the same in every page and command."""

from __future__ import annotations

from typing import Any

import pytest

from scheduler.recipes.setting_types import CHOICE, setting_type
from specs import registry
from specs.config import Filter, MetadataExtract
from workers.sinks import registry as sinks

RAW = {"string", "array", "object", "boolean"}


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ({"type": "string"}, "text"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "text"),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "integer or text"),
        ({"enum": ["a", "b"], "type": "string"}, "`a`, `b`"),
        ({"const": "a", "type": "string"}, "`a`"),
        ({"type": "string", "format": "password"}, "secret"),
        ({"type": "object", "additionalProperties": {"type": "string", "format": "password"}}, "mapping of secrets"),
        ({"type": "object", "additionalProperties": True}, "mapping"),
        ({"$ref": "#/$defs/Limits"}, "mapping"),
        ({}, "any"),
    ],
)
def test_types_are_told_in_words(field: dict[str, Any], words: str) -> None:
    assert setting_type(field, CHOICE) == words


def test_filters_take_regular_expressions() -> None:
    assert setting_type(Filter.model_json_schema()["properties"]["include"]) == "list of regular expressions"
    assert setting_type(MetadataExtract.model_json_schema()["properties"]["tables"]) == "filter"


def test_every_setting_has_words() -> None:
    models = [registry.load(name).config_class() for name in registry.known()]
    models += [sinks.load(name).config_class() for name in sinks.known()]
    for model in models:
        for name, field in model.model_json_schema()["properties"].items():
            assert not RAW & set(setting_type(field).split()), (model, name)
