"""FQNs are total and reversible: any names go in, the same names come out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs import names

clean_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
any_text = st.text(st.characters()) | st.sampled_from(
    ["", ".", '"', '""', '."', '".', "a.b", 'a"b', " ", "\n", "\0", "\ud800", "a\udfff"]
)


@given(st.lists(clean_text | st.sampled_from(["", ".", '"', '."."']), min_size=1, max_size=5))
def test_what_is_built_splits_back(parts: list[str]) -> None:
    assert names.split(names.build(*parts)) == tuple(parts)


@given(st.lists(any_text, min_size=1, max_size=4))
def test_any_text_can_be_named(parts: list[str]) -> None:
    fqn = names.build(*parts)
    assert names.split(fqn) == tuple(names.clean(part) for part in parts)
    fqn.encode()
    assert "\0" not in fqn


@given(st.lists(clean_text, min_size=1, max_size=3), st.lists(clean_text, min_size=1, max_size=3))
def test_different_paths_have_different_names(one: list[str], two: list[str]) -> None:
    assert (names.build(*one) == names.build(*two)) == (one == two)


@given(st.lists(clean_text, min_size=1, max_size=3), clean_text)
def test_a_child_is_built_from_its_parent(path: list[str], name: str) -> None:
    assert names.child(names.build(*path), name) == names.build(*path, name)


@given(st.text(alphabet='a."😀', min_size=1))
def test_split_takes_only_what_build_writes(text: str) -> None:
    try:
        parts = names.split(text)
    except ValueError:
        return
    assert names.build(*parts) == text or names.split(names.build(*parts)) == parts


@pytest.mark.parametrize("fqn", ["", ".", "a.", ".a", "a..b", 'a"b', '"a', '"a"b', '"a"."', 'a."b"c', '""a'])
def test_malformed_names_are_refused(fqn: str) -> None:
    with pytest.raises(ValueError, match="FQN"):
        names.split(fqn)


def test_no_part_is_no_name() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        names.build()


@pytest.mark.parametrize(
    ("raw", "kept"),
    [("plain", "plain"), ("a\0b", "a�b"), ("\ud800x", "�x"), ("\udfff\ud800", "��"), ("😀", "😀"), ("", "")],
)
def test_what_no_store_takes_is_replaced(raw: str, kept: str) -> None:
    assert names.clean(raw) == kept


@given(st.lists(clean_text, unique=True, max_size=20))
def test_python_orders_names_as_their_bytes(texts: list[str]) -> None:
    assert sorted(texts) == sorted(texts, key=lambda text: text.encode())


def test_marks_are_signed_and_tell_type_and_name_apart() -> None:
    marks = {names.mark(type_, fqn) for type_ in ("Table", "Trigger") for fqn in ("a.b", "a.c")}
    assert len(marks) == 4
    assert all(-(2**63) <= mark < 2**63 for mark in marks)
    assert names.mark("Table", "a.b") == names.mark("Table", "a.b")
