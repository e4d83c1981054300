"""No secret is stored, wherever a person wrote it; what is stored gives the same settings once it is answered."""

from pathlib import Path
from typing import Any

import pytest

from scheduler.recipes.loader import Loaded, load
from specs.recipe.secrets import resolve
from workers.unit.source.sources import build

SECRET = "hunt er@2/%"
QUOTED = "hunt%20er%402%2F%25"


def nobody(name: str) -> str:
    raise AssertionError(name)


def loaded(folder: Path, connection: str, type_: str = "sqlalchemy") -> Loaded:
    path = folder / "r.yml"
    path.write_text(f"service: {{name: s, type: {type_}}}\nconnection: {connection}\n")
    return load(str(path), nobody, env={"PW": SECRET})


def stored(found: Loaded) -> str:
    return str(found.recipe.to_dict())


@pytest.mark.parametrize(
    ("type_", "connection"),
    [
        ("postgres", f'{{username: u, password: "{SECRET}"}}'),
        ("mysql", f'{{username: u, password: "{SECRET}"}}'),
        ("sqlalchemy", f'{{url: "oracle+oracledb://u:{QUOTED}@h/d"}}'),
        ("sqlalchemy", f'{{url: "oracle+oracledb://u@h/d", password: "{SECRET}"}}'),
        ("sqlalchemy", f'{{url: "oracle+oracledb://u@h/d", connect_args: {{wallet_password: "{SECRET}", n: [1]}}}}'),
        ("sqlalchemy", f'{{url: "mssql+pyodbc://h/d?driver=x&password={QUOTED}&timeout=3"}}'),
        ("sqlalchemy", f'{{url: "mssql+pyodbc://h/?odbc_connect=DRIVER%3D%7Bx%7D%3BPWD%3D{QUOTED}&driver=x"}}'),
        ("sqlalchemy", f'{{url: "x+y://u@h/d?unheard={QUOTED}", connect_args: {{timeout: 5000, ssl: true}}}}'),
        ("sqlalchemy", f'{{url: "x+y://u@h/d", connect_args: {{unheard: [{{a: "{SECRET}"}}], n: [1]}}}}'),
        ("sqlalchemy", '{url: "x+y://u@h/d", connect_args: {unheard: 271828.5, warehouse: w}}'),
        ("sqlalchemy", f"""{{url: "x+y://u@h/d", on_connect: ["SET x.y = '{SECRET}'", "SET search_path = a, b"]}}"""),
    ],
)
def test_a_literal_secret_is_not_stored_and_means_the_same(tmp_path: Path, type_: str, connection: str) -> None:
    found = loaded(tmp_path, connection, type_)
    assert SECRET not in stored(found)
    assert QUOTED not in stored(found)
    assert "${prompt:" in stored(found)
    assert len(found.notices) == 1
    again = build(found.recipe, found.secrets).config
    assert dump(again) == dump(found.config)


def dump(config: Any) -> Any:
    return {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else value
        for name, value in config.model_dump().items()
    }


@pytest.mark.parametrize(
    "connection",
    [
        '{url: "oracle+oracledb://u@h/d", password: "${env:PW}"}',
        '{url: "oracle+oracledb://u@h/d", connect_args: {wallet_password: "${env:PW}"}}',
        '{url: "mssql+pyodbc://h/d?driver=x&password=${env:PW}"}',
    ],
)
def test_references_stay_as_they_are(tmp_path: Path, connection: str) -> None:
    found = loaded(tmp_path, connection)
    assert "${env:PW}" in stored(found)
    assert found.secrets == {}
    assert found.notices == []


def test_a_url_on_the_command_line_loses_its_secrets_too() -> None:
    found = load(f"oracle+oracledb://u:{QUOTED}@h/d?wallet_password={QUOTED}", nobody)
    assert QUOTED not in stored(found)
    assert SECRET not in stored(found)
    url = resolve(found.recipe.connection, found.secrets)["url"]
    assert url == f"oracle+oracledb://u@h/d?wallet_password={QUOTED}"
