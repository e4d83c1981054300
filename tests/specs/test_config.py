from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from specs.config import ConnectionConfig, Filter, Limits, MetadataExtract, seconds


@pytest.mark.parametrize(
    ("text", "value"),
    [("500ms", 0.5), ("60s", 60), ("5m", 300), ("2h", 7200), ("7d", 604800), ("1.5 s", 1.5), ("3", 3)],
)
def test_durations_are_seconds(text: str, value: float) -> None:
    assert seconds(text) == value
    assert Limits(statement_timeout=text).statement_timeout == value  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "soon", "5 parsecs", "-1s", "0s", "1h30m", "1e3s"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValidationError):
        Limits(statement_timeout=text)  # type: ignore[arg-type]


def test_exclude_wins_and_rules_are_named() -> None:
    chosen = Filter(include=("^fact_", "^dim_"), exclude=("_old$",))
    assert chosen.rule("fact_sales", "tables") is None
    assert chosen.rule("fact_sales_old", "tables") == "tables.exclude: _old$"
    assert chosen.rule("stage_x", "tables") == "tables.include"
    assert chosen.rule("FACT_sales", "tables") == "tables.include"


@given(st.text(), st.lists(st.text(alphabet="ab.^$", max_size=3)), st.lists(st.text(alphabet="ab.^$", max_size=3)))
def test_a_filter_is_search_in_the_raw_name(name: str, include: list[str], exclude: list[str]) -> None:
    import re

    kept = not any(re.search(p, name) for p in exclude) and (not include or any(re.search(p, name) for p in include))
    assert (Filter(include=tuple(include), exclude=tuple(exclude)).rule(name, "x") is None) == kept


@pytest.mark.parametrize(("switch", "kept"), [(True, True), (False, False), ({"exclude": ["z"]}, True)])
def test_a_filter_may_be_a_switch(switch: Any, kept: bool) -> None:
    assert (MetadataExtract(views=switch).rule("views", "anything") is None) == kept


def test_a_switch_that_is_off_drops_even_the_empty_name() -> None:
    assert MetadataExtract.model_validate({"tables": False}).rule("tables", "") is not None


@pytest.mark.parametrize("wrong", [{"include": ["("]}, {"inclde": []}, {"include": "x"}, 7])
def test_bad_filters_are_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        MetadataExtract(tables=wrong)


def test_models_are_frozen_and_every_field_is_described() -> None:
    with pytest.raises(ValidationError):
        Limits().connections = 9  # type: ignore[misc]
    for model in (Limits, MetadataExtract, Filter):
        assert all(field.description for field in model.model_fields.values())


def test_a_connection_without_urls_says_so() -> None:
    from urllib.parse import urlsplit

    with pytest.raises(ValueError, match="cannot be written as a URL"):
        ConnectionConfig.from_url(urlsplit("x://y"))
