from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from specs.errors import UsageError
from specs.recipe.secrets import escape, prompts, resolve


def test_references_are_resolved_at_any_depth(tmp_path: Path) -> None:
    secret = tmp_path / "pw"
    secret.write_text("from-file\n")
    raw = {"a": "${env:A}", "b": [f"x${{file:{secret}}}y", {"c": "${prompt:password}"}], "n": 3}
    assert resolve(raw, {"password": "typed"}, env={"A": "1"}) == {
        "a": "1",
        "b": ["xfrom-filey", {"c": "typed"}],
        "n": 3,
    }


@given(st.text(alphabet="${}ab:env", max_size=20))
def test_escaped_text_comes_back_as_it_was(text: str) -> None:
    assert resolve(escape(text), env={}) == text


def test_what_a_secret_holds_is_not_resolved_again() -> None:
    assert resolve("${env:A}", env={"A": "${env:B}"}) == "${env:B}"


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("${env:NOPE}", "connection.password: environment variable NOPE is not set"),
        ("${prompt:password}", "the password was not given"),
        ("${file:/nonexistent/x}", "cannot read"),
        ("${vault:x}", "unknown reference 'vault'"),
        ("${NOPE}", "write ${env:NOPE}"),
    ],
)
def test_an_unresolvable_reference_names_setting_and_reference(value: str, part: str) -> None:
    with pytest.raises(UsageError) as caught:
        resolve({"password": value}, env={})
    assert part in str(caught.value)
    assert caught.value.exit_code == 1


def test_a_huge_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "big").write_bytes(b"x" * 70_000)
    with pytest.raises(UsageError, match="larger than"):
        resolve(f"${{file:{tmp_path}/big}}")


def test_prompts_are_listed_once_and_escaped_ones_are_not() -> None:
    raw = {"a": "${prompt:password}", "b": ["$${prompt:no}", "${prompt:password}${prompt:token}"]}
    assert prompts(raw) == ["password", "token"]
