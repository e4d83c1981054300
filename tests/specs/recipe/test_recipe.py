from typing import Any

import pytest

from specs.errors import UsageError
from specs.recipe.recipe import Recipe

GOOD: dict[str, Any] = {
    "service": {"name": "shop_prod", "type": "postgres"},
    "connection": {"host": "db", "password": "${env:PW}"},
    "extract": {"metadata": {"schemas": {"exclude": ["^tmp_"]}, "views": False}, "lineage": False},
    "limits": {"statement_timeout": "2m"},
    "sinks": [{"type": "jsonl", "path": "out.jsonl"}],
}


def test_a_recipe_survives_the_ledger() -> None:
    recipe = Recipe.from_dict(GOOD)
    assert Recipe.from_dict(recipe.to_dict()) == recipe
    assert recipe.limits.statement_timeout == 120.0
    assert recipe.connection["password"] == "${env:PW}"
    assert recipe.extract.metadata.rule("views", "anything") == "views.exclude: "


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"servce": {}}, "unknown key 'servce'; did you mean 'service'?"),
        (
            {"extract": {"metadata": {"scehmas": {}}}},
            "extract.metadata: unknown key 'scehmas'; did you mean 'schemas'?",
        ),
        ({"extract": {"metadata": {"tables": {"inclde": []}}}}, "did you mean 'include'?"),
        ({"limits": {"connections": "many"}}, "limits.connections: should be a valid integer"),
        ({"limits": {"lock_timeout": "soon"}}, "write a duration as"),
        ({"extract": {"metadata": {"schemas": {"include": ["("]}}}}, "not a regular expression"),
        ({"extract": {"profile": {"sample": 5}}}, "extract.profile: not available yet"),
        ({"extract": {"usage": {"zone": "Mars/Base"}}}, "unknown time zone 'Mars/Base'"),
        ({"extract": {"classify": True}}, "extract.classify: not available yet"),
        ({"service": {"name": "x"}}, "service: missing key 'type'"),
        ({"service": {"name": " x", "type": "y"}}, "without blanks"),
        ({"sinks": [{"path": "x"}]}, "sinks.0: missing key 'type'"),
        ({"connection": "postgresql://"}, "connection: should be a"),
        ({"deletion": {"max_fraction": 2}}, "deletion.max_fraction"),
    ],
)
def test_mistakes_name_the_setting(change: dict[str, Any], part: str) -> None:
    with pytest.raises(UsageError) as caught:
        Recipe.from_dict({**GOOD, **change})
    assert part in str(caught.value)


def test_a_mistake_in_the_service_does_not_deny_its_parts() -> None:
    with pytest.raises(UsageError) as caught:
        Recipe.from_dict({"service": {"name": "x", "type": "sqlite", "path": "x"}, "extract": {"lineage": True}})
    assert str(caught.value) == "service: unknown key 'path'; known: name, type (recipe)"


def test_a_mistake_never_shows_the_value() -> None:
    with pytest.raises(UsageError) as caught:
        Recipe.from_dict({**GOOD, "limits": {"connections": "hunter2"}, "hunter": 1})
    assert "hunter2" not in str(caught.value)
