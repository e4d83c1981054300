"""What holds no secret is stored as it is written, so that a cluster takes it: by its type, or because it is marked."""

from __future__ import annotations

import datetime
import enum
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from scheduler.control.openings import untyped
from scheduler.recipes.loader import Loaded, load
from specs.config import NO_SECRET, ConnectionConfig, Duration, StrictModel
from specs.errors import UsageError
from specs.recipe.declared_settings import plain
from specs.recipe.secrets import resolve

CONNECTOR = """
from typing import Annotated, Any, Literal

from pydantic import Field

from headrace import NO_SECRET, ConnectionConfig, DefaultDatabaseSpec
from specs.config import StrictModel
from specs.testing.fake import FakeSource


class Region(StrictModel):
    rows: int = 0
    token: str = ""


class Config(ConnectionConfig):
    rows: int = 0
    ratio: float | None = None
    kind: Literal["a", "b"] = "a"
    sizes: tuple[int, ...] = ()
    regions: Annotated[tuple[str, ...], NO_SECRET] = ()
    token_days: Annotated[int, NO_SECRET] = 0
    options: Annotated[dict[str, Any], NO_SECRET] = {}
    several: tuple[Region, ...] = ()
    words: tuple[str, ...] = ()
    pin: int = 0
    anything: dict[str, Any] = {}
    mapped: dict[str, int] = {}


spec = DefaultDatabaseSpec(name="plainly", connection=Config, metadata_source_class=FakeSource)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "plainly.py").write_text(CONNECTOR, encoding="utf-8")
    yield tmp_path
    sys.modules.pop("plainly", None)
    sys.path.remove(str(tmp_path))


def loaded(folder: Path, connection: str) -> Loaded:
    def nobody(name: str) -> str:
        raise AssertionError(name)

    path = folder / "recipe.yml"
    path.write_text(f"service: {{name: s, type: 'plainly:spec'}}\nconnection: {connection}\n", encoding="utf-8")
    return load(str(path), nobody, env={})


@pytest.mark.parametrize(
    "written",
    [
        "{rows: 50000}",
        "{ratio: 0.1234567}",
        "{kind: b}",
        "{sizes: [100000, 200000]}",
        "{regions: [eu-central-1, 'https://a:b@c/d?e=f']}",
        "{token_days: 12345}",
        "{options: {deep: [{secret: 271828}]}}",
        "{several: [{rows: 77777}, {rows: 88888}]}",
    ],
)
def test_what_holds_no_secret_is_stored_and_a_cluster_takes_it(folder: Path, written: str) -> None:
    found = loaded(folder, written)
    assert (found.notices, found.secrets) == ([], {})
    assert "prompt" not in str(found.recipe.connection)
    untyped(found.recipe)


@pytest.mark.parametrize(
    "written",
    [
        "{words: [hunter2]}",
        "{pin: 47110815}",
        "{anything: {x: 271828}}",
        "{mapped: {pin: 271828}}",
        "{several: [{rows: 77777, token: hunter2}]}",
    ],
)
def test_what_may_be_secret_is_not(folder: Path, written: str) -> None:
    found = loaded(folder, written)
    assert len(found.notices) == 1
    assert not {"hunter2", "47110815", "271828"} & set(str(found.recipe.connection).replace("'", " ").split())
    with pytest.raises(UsageError, match="cannot be typed for a cluster"):
        untyped(found.recipe)
    again = resolve(found.recipe.connection, found.secrets, env={})
    assert type(found.config).model_validate(again) == found.config


class Colour(enum.Enum):
    RED = "red"


class Shapes(StrictModel):
    number: int | None = None
    bounded: Annotated[int, Field(ge=0)] = 0
    duration: Duration = 1.0
    colour: Colour = Colour.RED
    day: datetime.date | None = None
    pairs: tuple[tuple[Literal["a"], bool], ...] = ()
    text: str = ""
    either: int | str = 0
    anything: Any = None
    below: ConnectionConfig = ConnectionConfig()
    by_name: dict[str, int] = Field(default_factory=dict)
    password: int = 0
    marked: Annotated[str, NO_SECRET] = ""


def test_types_that_cannot_hold_a_secret() -> None:
    found = {name for name, field in Shapes.model_fields.items() if plain(name, field)}
    assert found == {"number", "bounded", "duration", "colour", "day", "pairs", "marked"}
    assert not plain("undeclared", None)
