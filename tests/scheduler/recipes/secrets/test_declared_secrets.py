"""What a connector declares as a secret is never stored, wherever the declaration stands and however it is spelled."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.recipes.loader import Loaded, load
from specs.recipe.secrets import resolve

PLANTED = "planted4711"
CONNECTOR = """
from pydantic import AliasChoices, ConfigDict, Field, Secret, SecretBytes, SecretStr

from headrace import ConnectionConfig, DefaultDatabaseSpec
from specs.config import StrictModel
from specs.testing.fake import FakeSource


class Login(StrictModel):
    who: str = ""
    role: SecretStr = SecretStr("")


class Config(ConnectionConfig):
    model_config = ConfigDict(extra="allow")

    aliased: SecretStr | None = Field(default=None, alias="auth")
    chosen: SecretStr | None = Field(default=None, validation_alias=AliasChoices("chosen", "other"))
    several: tuple[SecretStr, ...] = ()
    grouped: dict[str, tuple[SecretStr, ...]] = {}
    octets: SecretBytes | None = None
    generic: Secret[str] | None = None
    number: Secret[int] | None = None
    text_first: str | SecretStr = ""
    logins: dict[str, Login] = {}
    mixed: tuple[Login | str, ...] = ()
    card_pin: int = 0
    passphrase: str = ""
    account_key: str = ""


spec = DefaultDatabaseSpec(name="declaring", connection=Config, metadata_source_class=FakeSource)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "declaring.py").write_text(CONNECTOR, encoding="utf-8")
    yield tmp_path
    sys.modules.pop("declaring", None)
    sys.path.remove(str(tmp_path))


def loaded(folder: Path, connection: str) -> Loaded:
    def nobody(name: str) -> str:
        raise AssertionError(name)

    path = folder / "recipe.yml"
    path.write_text(f"service: {{name: s, type: 'declaring:spec'}}\nconnection: {connection}\n", encoding="utf-8")
    return load(str(path), nobody, env={})


@pytest.mark.parametrize(
    "written",
    [
        f"{{auth: {PLANTED}}}",
        f"{{other: {PLANTED}}}",
        f"{{several: [{PLANTED}]}}",
        f"{{grouped: {{schema: [{PLANTED}]}}}}",
        f"{{octets: {PLANTED}}}",
        f"{{generic: {PLANTED}}}",
        "{number: 911}",
        f"{{text_first: {PLANTED}}}",
        f"{{logins: {{one: {{who: me, role: {PLANTED}}}}}}}",
        f"{{mixed: [{{role: {PLANTED}}}, plain]}}",
        "{card_pin: 911}",
        f"{{passphrase: {PLANTED}}}",
        f"{{account_key: {PLANTED}}}",
        f"{{undeclared: {PLANTED}}}",
    ],
)
def test_a_secret_is_not_stored_wherever_it_is_declared(folder: Path, written: str) -> None:
    found = loaded(folder, written)
    kept = str(found.recipe.to_dict())
    assert found.notices
    assert PLANTED not in kept
    assert "911" not in kept
    again = resolve(found.recipe.connection, found.secrets, env={})
    assert type(found.config).model_validate(again) == found.config


def test_what_stands_beside_a_secret_is_stored(folder: Path) -> None:
    found = loaded(folder, f"{{logins: {{one: {{who: me, role: {PLANTED}}}}}}}")
    assert found.recipe.connection["logins"] == {"one": {"who": "me", "role": "${prompt:logins_one_role}"}}
    assert len(found.notices) == 1
