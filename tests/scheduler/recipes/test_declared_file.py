"""The file of declared lineage that a recipe names: read, checked and kept with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.recipes.loader import load
from specs.errors import UsageError
from specs.recipe.recipe import Recipe

EDGES = "- {from: shop.main.main.a, to: shop.main.main.b, columns: {id: id}}\n- {from: x.y, to: shop.main.main.b}\n"


def loaded(folder: Path, content: str | None, *, inline: str = "") -> Recipe:
    file = folder / "lineage.yml"
    if content is not None:
        file.write_text(content)
    (folder / "shop.db").touch()
    recipe = folder / "recipe.yml"
    recipe.write_text(
        f"service: {{name: shop, type: sqlite}}\nconnection: {{path: {folder / 'shop.db'}}}\n"
        f"extract:\n  lineage:\n    file: {file}\n{inline}"
    )
    return load(str(recipe), lambda _: "").recipe


@pytest.mark.parametrize("written", [EDGES, f"declared:\n{EDGES}"])
def test_what_it_declares_is_part_of_the_recipe(written: str, tmp_path: Path) -> None:
    recipe = loaded(tmp_path, written, inline="    declared: [{from: x.z, to: shop.main.main.b}]\n")
    lineage = recipe.extract.model_dump(mode="json")["lineage"]
    assert [each["source"] for each in lineage["declared"]] == ["x.z", "shop.main.main.a", "x.y"]
    assert lineage["file"] is None
    assert Recipe.from_dict(recipe.model_dump(mode="json")) == recipe


def test_an_empty_file_declares_nothing(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").extract.model_dump()["lineage"]["declared"] == ()


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("- {from: shop.main.main.a, to: shop.main.main.b, nots: x}\n", r"lineage.yml:1:50: unknown key 'nots'.*note"),
        ("- {from: a, to: shop.main.main.b}\n", r"lineage.yml:1:10: .*no whole name"),
        ("declared:\n- {from: a.b}\n", r"lineage.yml:2:3: .*to"),
        ("- {from: [\n", "not YAML"),
        (None, "cannot read the file of declared lineage"),
    ],
)
def test_a_mistake_in_it_is_told_with_its_place(written: str | None, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said):
        loaded(tmp_path, written)
