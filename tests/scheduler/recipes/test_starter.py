"""A starter recipe is a recipe: it loads as it is, and so does every line that is uncommented."""

import re
from pathlib import Path

import pytest
import yaml

from scheduler.recipes.loading import load
from scheduler.recipes.starter import starter
from specs import registry
from specs.config import Limits, MetadataExtract
from specs.recipe import Deletion, Recipe

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


@pytest.mark.parametrize("name", NAMES)
def test_the_commented_lines_are_the_defaults(name: str) -> None:
    text = starter(name, registry.load(name))
    below = text.split("uncomment what should differ.\n")[1]
    data = yaml.safe_load(re.sub(r"(?m)^# ", "", below))
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
