"""Filters: regular expressions searched in the raw name, case-sensitive; exclude wins."""

import pickle

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
    (Filter(include=(r"^\w+$",)), "Überfälle_٣", None),
    (Filter(include=(r"^[\w.]+$",)), "Über.fälle", None),
    (Filter(exclude=(r"\W",)), "Überfälle", None),
    (Filter(exclude=(r"\W",)), "Über fälle", r"tables.exclude: \W"),
    (Filter(exclude=(r"^\d\D\S\s$",)), "٣aé\u3000", r"tables.exclude: ^\d\D\S\s$"),
    (Filter(exclude=(r"^[\d\s]+\Z",)), "12\u2003٣", r"tables.exclude: ^[\d\s]+\Z"),
    (Filter(exclude=("^a{,2}$",)), "aa", "tables.exclude: ^a{,2}$"),
    (Filter(exclude=("^a{,2}$",)), "aaa", None),
    (Filter(exclude=(r"^\u00e9\U0001F600\x41$",)), "é😀A", r"tables.exclude: ^\u00e9\U0001F600\x41$"),
    (Filter(include=("^[]a-c]+$",)), "]b", None),
    (Filter(include=("^[^]a]+$",)), "b]", "tables.include"),
    (Filter(include=("(?P<part>fact|dim)_(?:x)?",)), "dim_", None),
    (Filter(include=("^.$",)), "\udc80", None),
    (Filter(include=("^a.b$",)), "a\0b", None),
    (Filter(exclude=("É",)), "é", None),
]


@pytest.mark.parametrize(("chosen", "name", "rule"), CASES)
def test_a_filter_names_the_rule_that_drops(chosen: Filter, name: str, rule: str | None) -> None:
    assert chosen.rule(name, "tables") == rule


@pytest.mark.parametrize("pattern", ["(", "[a", "*", "(?P<x", "a{2,1}"])
def test_a_broken_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError, match="not a regular expression"):
        Filter(include=(pattern,))


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("^(?!tmp)x", "look-ahead is not available in filters: '(?!' at character 2"),
        ("a(?<=b)", "look-behind is not available in filters: '(?<=' at character 2"),
        (r"(a)b\1", r"a back-reference is not available in filters: '\\1' at character 5"),
        ("(?P<x>a)(?P=x)", "a back-reference is not available in filters: '(?P=' at character 9"),
        ("x(?>a+)", "an atomic group is not available in filters: '(?>' at character 2"),
        ("(a)(?(1)b|c)", "a conditional group is not available in filters: '(?(' at character 4"),
        (r"[^\W_]", r"this escape is not available in filters: '\\W' at character 3"),
        ("ab++", "bad repetition operator '++' at character 3"),
        ("a{2000}", "invalid repetition size '{2000}' at character 2"),
        ("(?x) a", "invalid perl operator '(?x' at character 1"),
        ("\ud800", "half a character"),
    ],
)
def test_what_no_linear_engine_can_express_is_refused_with_its_position(pattern: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Filter(exclude=(pattern,))
    assert words in str(caught.value)


def test_a_pattern_that_backtracking_never_ends_on_takes_no_time() -> None:
    """Python's own engine needs two to the power of the name's length steps here."""
    chosen = Filter(exclude=("^(a+)+$", "(a|aa)+b", "(.*)*c$"))
    assert chosen.rule("a" * 5000 + "!", "tables") is None


def test_a_filter_that_was_used_can_be_sent_to_another_process() -> None:
    chosen = Filter(exclude=("^tmp_",))
    assert chosen.rule("tmp_x", "tables")
    assert pickle.loads(pickle.dumps(chosen)).rule("tmp_x", "tables") == "tables.exclude: ^tmp_"


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
