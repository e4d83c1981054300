"""A starter recipe is a recipe: it loads as it is, and so does every line that is uncommented."""

import re
from pathlib import Path

import pytest
import yaml

from scheduler.recipes.loader import load
from scheduler.recipes.starter import starter
from specs import registry
from specs.config import Limits, MetadataExtract
from specs.recipe.recipe import Deletion, Recipe
from tests.scheduler.cli.commands.calling import called

NAMES = registry.known()


def nobody(name: str) -> str:
    raise AssertionError(name)


@pytest.mark.parametrize("short", [True, False])
@pytest.mark.parametrize("name", NAMES)
def test_a_starter_recipe_loads_as_it_is(name: str, short: bool, tmp_path: Path) -> None:
    text = starter(name, registry.load(name), "mine", short=short)
    path = tmp_path / "r.yml"
    path.write_text(text)
    env = dict.fromkeys(re.findall(r"\$\{env:(\w+)\}", text), "x")
    loaded = load(str(path), nobody, env=env)
    assert (loaded.recipe.service.name, loaded.recipe.service.type) == ("mine", name)
    assert loaded.notices == []


@pytest.mark.parametrize(
    ("url", "connection"),
    [
        ("postgresql://crawler@db:5433/shop", {"host": "db", "port": 5433, "database": "shop", "username": "crawler"}),
        ("mysql://me:${env:PW}@db", {"host": "db", "username": "me", "password": "${env:PW}"}),
        ("postgresql://me:s3cret@db/x?sslmode=require", {"host": "db", "database": "x", "username": "me",
         "password": "${prompt:password}", "sslmode": "require"}),
        ("sqlite:///own.db", {"path": "own.db"}),
    ],
)  # fmt: skip
def test_a_url_becomes_a_recipe_that_is_ready(url: str, connection: dict[str, object], tmp_path: Path) -> None:
    file = tmp_path / "r.yml"
    done = called("init", url, str(file))
    assert done.code == 0, done.err
    text = file.read_text()
    assert yaml.safe_load(text)["connection"] == connection
    assert "s3cret" not in text + done.out + done.err
    assert load(str(file), lambda name: "typed", env={"PW": "x"}).config is not None


def test_only_what_everybody_has_must_be_filled_in() -> None:
    assert "\n  # sslpassword: " in starter("postgres", registry.load("postgres"))


@pytest.mark.parametrize("name", NAMES)
def test_the_commented_lines_are_the_defaults(name: str) -> None:
    text = starter(name, registry.load(name))
    assert "\nextract:\n  lineage: true  # true, or settings: views" in text
    below = text.split("uncomment what should differ.\n")[1]
    data = yaml.safe_load("extract:\n" + re.sub(r"(?m)^(  )?# ", r"\1", below))
    recipe = Recipe.from_dict({"service": {"name": "a", "type": name}, **data})
    assert recipe.extract.metadata == MetadataExtract()
    assert recipe.limits == Limits()
    assert recipe.deletion == Deletion()


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_there_and_explained(name: str) -> None:
    spec = registry.load(name)
    text = starter(name, spec)
    for field in spec.config_class().model_fields:
        assert re.search(rf"(?m)^  (# )?{field}: .*  # \w+", text)


@pytest.mark.parametrize("service", ["null", "yes", "1e3", "a: b", "\u00e9\U0001f600", "-x", "{}", "#"])
def test_any_service_name_survives(service: str) -> None:
    data = yaml.safe_load(starter("sqlite", registry.load("sqlite"), service))
    assert data["service"]["name"] == service
