import pytest

from scheduler.recipes.marks import load
from specs.errors import UsageError


def test_every_key_and_value_knows_its_place() -> None:
    found = load("service: {name: a}\nsinks:\n  - type: jsonl\n    path: x\n", "r.yml")
    assert found.data == {"service": {"name": "a"}, "sinks": [{"type": "jsonl", "path": "x"}]}
    assert found.place(("service", "name")) == "r.yml:1:17"
    assert found.place(("service", "name"), key=True) == "r.yml:1:11"
    assert found.place(("sinks", 0, "path")) == "r.yml:4:11"
    assert found.place(("sinks", 0, "nowhere")) == "r.yml:3:5"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: 1\na: 2\n", "r.yml:2:1: key 'a' stands here twice"),
        ("a: [1\n", "r.yml:2:1: not YAML"),
        ("1: x\n", "r.yml:1:1: a key should be text"),
        ("a: &x [*x]\n", "too large or refers to itself"),
        ("a: !!python/object:os.system {}\n", "r.yml:1:4: the tag"),
        ("a: \x00\n", "r.yml: not YAML"),
        ("a: " + "[" * 100_000, "nested too deeply"),
        ("a: " + "{x: " * 100_000, "nested too deeply"),
        ("- " * 100_000, "nested too deeply"),
        ("? " * 100_000, "nested too deeply"),
        ("a:\n\tb: 1\n", "indent with blanks, not with tabs"),
        ("a: 2026-13-99\n", "r.yml:1:4: this is no timestamp; quote it if it is text"),
        ("a: " + "9" * 5000 + "\n", "r.yml:1:4: this is no int"),
        ("a: !!bool x\n", "r.yml:1:4: this is no bool"),
        ("a: !!float x\n", "r.yml:1:4: this is no float"),
        ("2026-13-99: a\n", "r.yml:1:1: this is no timestamp"),
    ],
)
def test_mistakes_are_pointed_at(text: str, part: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(text, "r.yml")
    assert part in str(caught.value)


def test_a_small_file_cannot_grow_without_bounds() -> None:
    bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(8)
    )
    with pytest.raises(UsageError, match="too large"):
        load(bomb, "bomb.yml")
    with pytest.raises(UsageError, match="larger than"):
        load("a" * 1_000_001, "long.yml")


def test_json_is_yaml_too() -> None:
    assert load('{"a": [1, null, true]}', "r.json").data == {"a": [1, None, True]}


def test_an_empty_document_is_nothing() -> None:
    assert load("", "r.yml").data is None
