"""Filters: regular expressions searched in the raw name, case-sensitive; exclude wins."""

import pytest
from pydantic import ValidationError

from specs.config import Filter, MetadataExtract

CASES = [
    (Filter(), "anything", None),
    (Filter(include=("^fact_",)), "fact_sales", None),
    (Filter(include=("^fact_",)), "dim_fact_", "tables.include"),
    (Filter(include=("sales",)), "fact_sales_2020", None),
    (Filter(exclude=("^tmp_",)), "tmp_x", "tables.exclude: ^tmp_"),
    (Filter(exclude=("^tmp_",)), "Tmp_x", None),
    (Filter(include=(".*",), exclude=("_bak$",)), "sales_bak", "tables.exclude: _bak$"),
    (Filter(include=("^a", "^b"), exclude=("z$", "y$")), "by", "tables.exclude: y$"),
    (Filter(include=("^a", "^b")), "bee", None),
    (Filter(exclude=(r"\.", '"')), 'odd."name"', r"tables.exclude: \."),
    (Filter(exclude=("",)), "", "tables.exclude: "),
    (Filter(include=("^$",)), "", None),
    (Filter(include=("(?i)^FACT",)), "fact", None),
    (Filter(include=("😀",)), "t😀", None),
]


@pytest.mark.parametrize(("chosen", "name", "rule"), CASES)
def test_a_filter_names_the_rule_that_drops(chosen: Filter, name: str, rule: str | None) -> None:
    assert chosen.rule(name, "tables") == rule


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?P<x", "a{2,1}"])
def test_a_broken_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match="not a regular expression"):
        Filter(include=(pattern,))


@pytest.mark.parametrize("kind", ["tables", "views", "stored_procedures"])
def test_a_kind_can_be_switched_on_and_off(kind: str) -> None:
    on, off = (MetadataExtract.model_validate({kind: value}) for value in (True, False))
    assert on.rule(kind, "x") is None
    assert off.rule(kind, "x") == f"{kind}.exclude: "
    assert off.rule(kind, "") == f"{kind}.exclude: "


def test_kinds_do_not_share_their_rules() -> None:
    extract = MetadataExtract.model_validate({"tables": {"exclude": ["x"]}})
    assert extract.rule("tables", "x") == "tables.exclude: x"
    assert extract.rule("views", "x") is None
    assert extract.rule("schemas", "x") is None


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        MetadataExtract.model_validate({"tabels": True})
