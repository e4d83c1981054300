"""Each connector brings the models of what is extracted: a dashboard's filters are not a database's."""

import pickle
from typing import Any

import pytest

from specs.errors import Fatal, UsageError
from specs.recipe.extract import parts_of
from specs.recipe.recipe import Recipe
from specs.service_spec import DashboardSpec, DefaultDatabaseSpec
from specs.sources.database.extracts import UsageExtract
from specs.sources.services.dashboard import DashboardExtract, DashboardSource
from specs.testing.fake import FakeConnection, FakeSource, FakeUsage, spec

TOOL = DashboardSpec(name="tool", connection=FakeConnection, metadata_source_class=DashboardSource)


def recipe(extract: Any, type_: str = "specs.testing.fake:spec") -> Recipe:
    return Recipe.from_dict({"service": {"name": "s", "type": type_}, "extract": extract})


def test_a_recipe_asks_for_metadata_and_for_what_it_names() -> None:
    assert recipe({}).parts == ("metadata",)
    assert recipe({"usage": True}).parts == ("metadata", "usage")
    assert recipe({"usage": {"window": "2d"}}).extract.usage == UsageExtract(window=172800.0)
    assert recipe({"metadata": True}) == recipe({"metadata": None}) == recipe({})
    assert recipe({"usage": False}).parts == recipe({"usage": None}).parts == ("metadata",)


def test_what_is_asked_for_survives_the_ledger() -> None:
    asked = recipe({"metadata": {"tables": {"include": ["^a"]}}, "usage": {"window": "2d"}})
    assert Recipe.from_dict(asked.to_dict()) == asked
    assert pickle.loads(pickle.dumps(asked)) == asked


TRACED = DefaultDatabaseSpec(
    name="traced", connection=FakeConnection, metadata_source_class=FakeSource, lineage_source_class=FakeUsage
)
"""A connector with a part that has no settings."""


def test_a_part_without_settings_is_asked_for_in_the_ledger_too() -> None:
    asked = recipe({"lineage": True}, f"{__name__}:TRACED")
    assert asked.parts == parts_of(asked.to_dict()) == ("metadata", "lineage")
    assert parts_of(asked.narrowed(["lineage"]).to_dict()) == ("lineage",)


def test_a_dashboard_has_filters_of_its_own() -> None:
    asked = recipe({"metadata": {"dashboards": {"exclude": ["^tmp"]}}}, f"{__name__}:TOOL")
    assert isinstance(asked.extract.metadata, DashboardExtract)
    assert asked.extract.metadata.rule("dashboards", "tmp_1") == "dashboards.exclude: ^tmp"
    assert Recipe.from_dict(asked.to_dict()) == asked


@pytest.mark.parametrize(
    ("type_", "extract", "message"),
    [
        (
            "specs.testing.fake:spec",
            {"usage": {"windw": 1}},
            "extract.usage: unknown key 'windw'; did you mean 'window'?",
        ),
        ("specs.testing.fake:spec", {"usage": {"window": "soon"}}, "extract.usage.window: write a duration as"),
        ("specs.testing.fake:spec", {"usage": 3}, "extract.usage: should be"),
        ("specs.testing.fake:spec", {"only": ["usage"]}, "only: 'usage' is not asked for; write usage: true, too"),
        ("specs.testing.fake:spec", {"only": ["lineage"]}, "only: 'lineage' is not asked for"),
        ("specs.testing.fake:spec", {"profile": True}, "extract.profile: not available yet"),
        (f"{__name__}:TOOL", {"usage": True}, "extract.usage: not available yet"),
        (f"{__name__}:TOOL", {"metadata": {"tables": True}}, "extract.metadata: unknown key 'tables'"),
        (f"{__name__}:TOOL", {"metadata": {"dashbords": True}}, "did you mean 'dashboards'?"),
        ("specs.testing.fake:spec", {"metadata": {"dashboards": True}}, "extract.metadata: unknown key 'dashboards'"),
        ("specs.testing.fake:spec", {"usge": True}, "extract: unknown key 'usge'; did you mean 'usage'?"),
    ],
)
def test_mistakes_name_the_setting(type_: str, extract: Any, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        recipe(extract, type_)
    assert message in str(caught.value)


def test_parts_are_what_the_spec_binds() -> None:
    assert list(spec.parts) == ["metadata", "lineage", "usage"]
    assert spec.source_class("metadata") is FakeSource
    assert spec.source_class("usage") is FakeUsage
    assert spec.extract_model("usage") is UsageExtract
    assert list(TOOL.parts) == ["metadata"]
    with pytest.raises(Fatal, match="has no part 'usage'"):
        TOOL.source_class("usage")


@pytest.mark.parametrize("bound", [spec, TOOL])
def test_a_source_has_the_settings_that_its_spec_validates(bound: Any) -> None:
    for part in bound.parts:
        source = bound.source_class(part)
        assert bound.extract_model(part) is (source.selects if part == "metadata" else source.asks)
