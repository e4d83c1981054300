"""What processes of a cluster are told: from the environment, from files, and how mistakes are answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from specs.errors import UsageError
from workers.cluster.settings import Settings, catalog, load, strangers, variable, variables

GIVEN = {"HEADRACE_REDIS": "redis://u:geheim@h/0", "HEADRACE_CATALOG": "postgresql://u:geheim@h/c"}


def test_defaults_and_secrets_that_do_not_show() -> None:
    settings = load(GIVEN)
    assert (settings.prefix, settings.shards) == ("headrace", 4)
    assert settings.redis.get_secret_value() == GIVEN["HEADRACE_REDIS"]
    assert "geheim" not in repr(settings)


def test_secrets_come_from_files(tmp_path: Path) -> None:
    file = tmp_path / "redis"
    file.write_text("redis://elsewhere/1\n")
    environ = {"HEADRACE_REDIS_FILE": str(file), "HEADRACE_CATALOG": str(tmp_path / "c.db"), "HEADRACE_SHARDS": "2"}
    settings = load(environ)
    assert settings.redis.get_secret_value() == "redis://elsewhere/1"
    assert settings.catalog.get_secret_value() == f"sqlite:///{tmp_path / 'c.db'}"
    assert settings.shards == 2
    assert load(environ, redis="redis://given/0", prefix=None).redis.get_secret_value() == "redis://given/0"


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"HEADRACE_CATALOG": "x.db"}, "HEADRACE_REDIS is not set"),
        ({**GIVEN, "HEADRACE_REDIS_FILE": "/x"}, "both HEADRACE_REDIS and HEADRACE_REDIS_FILE"),
        ({"HEADRACE_REDIS_FILE": "/nowhere"}, "HEADRACE_REDIS_FILE cannot be read"),
        ({**GIVEN, "HEADRACE_PREFIX": "a b"}, "HEADRACE_PREFIX is wrong"),
        ({**GIVEN, "HEADRACE_SHARDS": "many"}, "HEADRACE_SHARDS is wrong"),
    ],
)
def test_mistakes_name_the_variable(environ: dict[str, str], told: str) -> None:
    with pytest.raises(UsageError, match=told) as error:
        load(environ)
    assert "geheim" not in str(error.value)


def test_variables_that_are_none_are_told_with_the_nearest() -> None:
    environ = {
        **GIVEN,
        "HEADRACE_SHARD": "2",
        "HEADRACE_WEATHER": "fine",
        "HEADRACE_TEST_X": "1",
        "HEADRACE_DEBUG": "1",
    }
    assert strangers(environ) == [
        "HEADRACE_SHARD is no setting; did you mean HEADRACE_SHARDS?",
        "HEADRACE_WEATHER is no setting",
    ]
    assert {variable(name) for name in Settings.model_fields} <= set(variables())
    assert all(variables().values())


def test_an_empty_file_and_the_publishers_needs(tmp_path: Path) -> None:
    file = tmp_path / "redis"
    file.write_text("\n")
    with pytest.raises(UsageError, match="the file of HEADRACE_REDIS_FILE is empty"):
        load({"HEADRACE_REDIS_FILE": str(file), "HEADRACE_CATALOG": "c.db"})
    environ = {
        "HEADRACE_REDIS_FILE": "/nowhere",
        "HEADRACE_REDIS_CA": "/nowhere",
        "HEADRACE_CATALOG": "postgresql://h/c",
    }
    assert catalog(environ) == "postgresql://h/c"
