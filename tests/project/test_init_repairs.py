"""``deploy/init`` again: what is missing comes back as it was; no password is made that a volume does not know."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
NAMES = ("redis-acl", "redis-scheduler", "redis-worker", "redis-flusher", "postgres-password", "catalog")


def init(folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PATH": f"{folder.parent / 'bin'}:/usr/bin:/bin", **environ}
    return subprocess.run(
        [ROOT / "deploy" / "init", folder], env=environ, capture_output=True, text=True, timeout=PATIENCE
    )  # fmt: skip


def docker(folder: Path, volumes: str) -> None:
    """Stands for an engine that has these volumes."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "docker"
    program.write_text(
        f'#!/bin/sh\n[ "$1" = version ] && exit 0\n[ "$1 $2" = "volume inspect" ] && [ "$3" = "{volumes}" ]\n'
    )
    program.chmod(0o755)


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.fixture
def made(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    assert init(folder).returncode == 0
    assert set(files(folder)) == set(NAMES)
    return folder


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("how", ["gone", "empty", "a folder"])
def test_what_is_missing_comes_back_as_it_was(name: str, how: str, made: Path) -> None:
    before = files(made)
    (made / name).unlink()
    if how == "empty":
        (made / name).touch()
    elif how == "a folder":
        (made / name).mkdir()
    done = init(made)
    assert done.returncode == 0, done.stderr
    assert files(made) == before


def test_permissions_come_back(made: Path) -> None:
    made.chmod(0o755)
    for name in NAMES:
        (made / name).chmod(0o600)
    assert init(made).returncode == 0
    assert made.stat().st_mode & 0o777 == 0o700
    assert {(made / name).stat().st_mode & 0o777 for name in NAMES} == {0o444}


def test_all_urls_of_redis_come_back_from_its_users_and_the_other_way_round(made: Path) -> None:
    before = files(made)
    for name in NAMES[1:4]:
        (made / name).unlink()
    assert init(made).returncode == 0
    assert files(made) == before


def test_two_passwords_of_one_user_are_told(made: Path) -> None:
    (made / "redis-worker").chmod(0o600)
    (made / "redis-worker").write_text("redis://worker:another@redis:6379/0\n")
    done = init(made)
    assert done.returncode == 1
    assert "redis-worker and redis-acl name different passwords" in done.stderr
    assert "another" not in done.stderr + done.stdout


@pytest.mark.parametrize("volume", ["shop_postgres", "other_postgres"])
def test_no_password_that_the_volume_does_not_know(volume: str, made: Path, tmp_path: Path) -> None:
    docker(tmp_path, volume)
    for name in ("postgres-password", "catalog"):
        (made / name).unlink()
    done = init(made, COMPOSE_PROJECT_NAME="shop")
    if volume == "shop_postgres":
        assert done.returncode == 1
        assert "ALTER USER headrace PASSWORD" in done.stderr
        assert set(files(made)) == set(NAMES[:4])
    else:
        assert done.returncode == 0, done.stderr
        assert set(files(made)) == set(NAMES)


def test_a_folder_that_is_gone_while_the_volume_is_there(tmp_path: Path) -> None:
    docker(tmp_path, "shop_postgres")
    assert init(tmp_path / "secrets", COMPOSE_PROJECT_NAME="shop").returncode == 1


def test_where_no_engine_can_be_asked_what_was_made_before_counts(made: Path) -> None:
    for name in ("postgres-password", "catalog"):
        (made / name).unlink()
    assert init(made).returncode == 1
