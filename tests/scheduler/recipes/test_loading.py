from pathlib import Path
from typing import Any

import pytest

from scheduler.recipes.loader import load
from specs.errors import UsageError

FAKE = 'service: {name: fake, type: "specs.testing.fake:spec"}\n'


def nobody(name: str) -> str:
    raise UsageError(f"asked for {name}")


def written(folder: Path, text: str) -> str:
    path = folder / "recipe.yml"
    path.write_text(text)
    return str(path)


def test_a_recipe_is_checked_down_to_the_connector(tmp_path: Path) -> None:
    loaded = load(written(tmp_path, FAKE + "connection: {schemas: '${env:N}'}\n"), nobody, env={"N": "4"})
    assert loaded.recipe.connection == {"schemas": "${env:N}"}
    assert loaded.config.model_dump()["schemas"] == 4
    assert loaded.notices == []


def test_the_name_can_be_overridden(tmp_path: Path) -> None:
    assert load(written(tmp_path, FAKE), nobody, name="other").recipe.service.name == "other"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (
            FAKE + "extract:\n  metadata:\n    scehmas: {}\n",
            "recipe.yml:4:5: unknown key 'scehmas'; did you mean 'schemas'?",
        ),
        (FAKE + "connection:\n  schemsa: 3\n", "recipe.yml:3:3: unknown key 'schemsa'; did you mean 'schemas'?"),
        (FAKE + "connection:\n  schemas: many\n", "recipe.yml:3:12: connection.schemas: should be a valid integer"),
        (
            FAKE + "limits: {connections: 0}\n",
            "recipe.yml:2:23: limits.connections: should be greater than or equal to 1",
        ),
        (
            FAKE + "extract:\n  metadata:\n    tables: {exclude: [^tmp_, '^x(?!y)']}\n",
            "recipe.yml:4:31: extract.metadata.tables.exclude.1: look-ahead is not available in filters: '(?!' at char",
        ),
        (FAKE + "extract: {profile: true}\n", "recipe.yml:2:20: extract.profile: not available yet"),
        (FAKE + "extract: {usage: {windw: 1d}}\n", "recipe.yml:2:19: unknown key 'windw'; did you mean 'window'?"),
        (FAKE + "extract: {usage: {window: 1x}}\n", "recipe.yml:2:27: extract.usage.window: write a duration"),
        (FAKE + "connection: {server: '${env:NOPE_X}'}\n", "connection.server: environment variable NOPE_X is not set"),
        (FAKE + "connection: {server: '${file:/no/such}'}\n", "connection.server: cannot read"),
        (FAKE + "sinks: [{type: jsnl}]\n", "recipe.yml:2:16: sinks.0.type: unknown sink 'jsnl'; did you mean 'jsonl'?"),
        (FAKE + "sinks: [{type: jsonl, pth: x}]\n", "recipe.yml:2:23: unknown key 'pth'; did you mean 'path'?"),
        (FAKE + FAKE, "recipe.yml:2:1: key 'service' stands here twice"),
        ("service: {name: a, type: nope}\n", "unknown connector 'nope'"),
        ("- a\n", "a recipe is a mapping"),
        ("", "a recipe is a mapping"),
        ("connection: {}\n", "recipe.yml:1:1: missing key 'service'"),
    ],
)
def test_mistakes_have_line_column_and_nearest_key(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(written(tmp_path, text), nobody, env={})
    assert part in str(caught.value)
    assert caught.value.exit_code == 1


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        load(written(tmp_path, FAKE + "limts: {}\nlimits: {connections: x}\n"), nobody)
    assert "recipe.yml:2:1" in str(caught.value)
    assert "recipe.yml:3:23" in str(caught.value)


@pytest.mark.parametrize("make", ["missing", "folder", "binary"])
def test_unreadable_files_are_told(tmp_path: Path, make: str) -> None:
    path = tmp_path / "x.yml"
    if make == "folder":
        path.mkdir()
    elif make == "binary":
        path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError) as caught:
        load(str(path), nobody)
    assert str(path) in str(caught.value)


def test_a_literal_password_is_kept_out_of_the_stored_recipe(tmp_path: Path) -> None:
    text = "service: {name: s, type: postgres}\nconnection: {host: h, username: u, password: hunter2}\n"
    loaded = load(written(tmp_path, text), nobody)
    assert loaded.recipe.connection["password"] == "${prompt:password}"
    assert loaded.secrets == {"password": "hunter2"}
    assert "hunter2" not in str(loaded.recipe.to_dict())
    assert any("resume will ask" in notice for notice in loaded.notices)


def test_a_prompt_is_asked_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def answer(name: str) -> str:
        asked.append(name)
        return "pw"

    text = 'service: {name: s, type: postgres}\nconnection: {host: h, username: u, password: "${prompt:password}"}\n'
    loaded = load(written(tmp_path, text), answer)
    config: Any = loaded.config
    assert asked == ["password"]
    assert config.password.get_secret_value() == "pw"


def test_a_url_is_a_recipe_without_its_password() -> None:
    loaded = load("postgresql://me:hunter%32@db.example:5433/shop", nobody)
    config: Any = loaded.config
    assert loaded.recipe.service.name == "db_example_5433_shop"
    assert loaded.recipe.service.type == "postgres"
    assert (config.host, config.port, config.database) == ("db.example", 5433, "shop")
    assert config.password.get_secret_value() == "hunter2"
    assert loaded.recipe.connection["password"] == "${prompt:password}"
    assert "hunter" not in str(loaded.recipe.to_dict())


def test_a_file_url_is_named_after_the_file() -> None:
    loaded = load("sqlite:////data/my%20shop.db", nobody)
    assert loaded.recipe.service.name == "my_shop"
    assert loaded.recipe.service.type == "sqlite"


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("postgre://u:hunter2@h/d", "did you mean 'postgres"),
        ("postgresql://u:hunter2@h:port/d", "not a URL"),
        ("sqlite://", "names no file"),
        ("postgresql://u:hunter2@[h/d", "not a URL"),
    ],
)
def test_bad_urls_are_told_without_the_password(url: str, part: str) -> None:
    with pytest.raises(UsageError) as caught:
        load(url, nobody)
    assert part in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_files_are_kept_by_their_whole_path(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yml"
    recipe.write_text(
        "service: {name: s, type: sqlite}\nconnection: {path: data/x.db}\nsinks: [{type: jsonl, path: out.jsonl}]\n"
    )
    found = load(str(recipe), lambda name: "").recipe
    assert found.connection["path"] == str(Path("data/x.db").absolute())
    assert found.sinks[0]["path"] == str(Path("out.jsonl").absolute())
