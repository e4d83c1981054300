"""scripts/setup behind a company's certificate authority: pip and uv trust the file that one variable names."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
UV = """#!/bin/bash
if [ "$1" = --version ]; then echo "uv 0.13.0"; exit; fi
env | sort >> "$SEEN"
mkdir -p .venv/bin
ln -sf /bin/true .venv/bin/python
ln -sf /bin/true .venv/bin/headrace
"""
NAMES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "UV_SYSTEM_CERTS", "UV_NATIVE_TLS")


def setup(tmp_path: Path, **environ: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
    """Run the script in a checkout of its own with a uv that only notes its environment."""
    checkout, binaries, seen = tmp_path / "checkout", tmp_path / "bin", tmp_path / "seen"
    (checkout / "scripts").mkdir(parents=True)
    binaries.mkdir()
    for name in ("setup", "certificates"):
        shutil.copy(ROOT / "scripts" / name, checkout / "scripts")
    for name in ("requirements.lock", "pyproject.toml"):
        (checkout / name).touch()
    (binaries / "uv").write_text(UV)
    (binaries / "uv").chmod(0o755)
    clean = {name: value for name, value in os.environ.items() if name not in NAMES}
    done = subprocess.run(
        ["bash", checkout / "scripts" / "setup"], capture_output=True, text=True, timeout=PATIENCE, check=False,
        stdin=subprocess.DEVNULL,
        env={**clean, "PATH": f"{binaries}{os.pathsep}{clean['PATH']}", "SEEN": str(seen), **environ},
    )  # fmt: skip
    lines = seen.read_text().splitlines() if seen.exists() else []
    return done, dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_one_variable_is_enough(tmp_path: Path, variable: str) -> None:
    ca = tmp_path / "company.pem"
    ca.write_text("-----BEGIN CERTIFICATE-----")
    done, seen = setup(tmp_path, **{variable: str(ca)})
    assert done.returncode == 0, done.stderr
    assert seen["SSL_CERT_FILE"] == seen["PIP_CERT"] == seen["REQUESTS_CA_BUNDLE"] == str(ca)


def test_the_system_is_trusted_where_nothing_is_said(tmp_path: Path) -> None:
    done, seen = setup(tmp_path)
    assert done.returncode == 0, done.stderr
    assert seen["UV_SYSTEM_CERTS"] == "1"
    assert not {"SSL_CERT_FILE", "PIP_CERT"} & seen.keys()


def test_what_is_said_stays(tmp_path: Path) -> None:
    for name in ("one.pem", "two.pem"):
        (tmp_path / name).write_text("")
    given = {"SSL_CERT_FILE": str(tmp_path / "one.pem"), "PIP_CERT": str(tmp_path / "two.pem"), "UV_SYSTEM_CERTS": "0"}
    done, seen = setup(tmp_path, **given)
    assert done.returncode == 0, done.stderr
    assert {name: seen[name] for name in given} == given


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    done, _ = setup(tmp_path, PIP_CERT="/none/company.pem")
    assert done.returncode == 1
    assert done.stderr == "setup: PIP_CERT names /none/company.pem, which cannot be read\n"
