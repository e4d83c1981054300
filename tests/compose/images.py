"""The images that ``docker-compose.yml`` and the ``Dockerfile`` name: pulled, or made from Debian's packages.

Where no registry can be reached, one base is bootstrapped from the package mirror and tagged with their very names. It
is kept in ``.tools/images``, since that takes a minute.
"""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.compose.engine import Unavailable, remove, run

ROOT = Path(__file__).parents[2]
BASE = ROOT / ".tools" / "images" / "base.tar"
PACKAGES = "python3,python3-venv,python3-pip,ca-certificates,redis-server,postgresql-15"
STANDINS = Path(__file__).with_name("images")
PULL = 120
BOOTSTRAP = 3600
"""Seconds: about a minute on a quiet machine, more than ten on one that is busy."""
log = logging.getLogger("compose")


def named() -> list[str]:
    """What the two files name, but the image that is built."""
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    docker = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    found = re.findall(r"image: (\S+)", compose) + re.findall(r"^ARG PYTHON=(\S+)", docker, re.MULTILINE)
    return sorted({name for name in found if not name.startswith("headrace")})


def prepare() -> None:
    """Make sure that every image is there. Raises ``Unavailable``."""
    missing = [name for name in named() if not _present(name)]
    if missing and not all(_pulled(name) for name in missing):
        log.info("no registry can be reached; making %s from Debian's packages", ", ".join(missing))
        base = _base()
        for name in missing:
            _stand_in(name, base)


def _present(name: str) -> bool:
    return subprocess.run(["docker", "image", "inspect", name], capture_output=True, timeout=60).returncode == 0


def _pulled(name: str) -> bool:
    try:
        return subprocess.run(["docker", "pull", "-q", name], capture_output=True, timeout=PULL).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def _base() -> str:
    """Import the bootstrapped system; this machine's certificates are trusted in it."""
    if not BASE.exists():
        _bootstrap()
    return run("docker", "import", BASE).strip()


def _bootstrap() -> None:
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        raise Unavailable("base images can neither be pulled nor bootstrapped (debootstrap, as root)")
    BASE.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="hr-base-", dir="/var/tmp"))
    try:
        root = folder / "root"
        run("debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", root, timeout=BOOTSTRAP)
        own = Path("/usr/local/share/ca-certificates")
        if own.is_dir():
            for file in own.glob("*.crt"):
                shutil.copy(file, root / "usr/local/share/ca-certificates" / file.name)
            run("chroot", root, "update-ca-certificates")
        shutil.rmtree(root / "var/cache/apt", ignore_errors=True)
        run("tar", "-C", root, "-cf", folder / "base.tar", ".")
        shutil.move(folder / "base.tar", BASE)
    finally:
        remove(folder)  # an interrupted bootstrap leaves /proc mounted in it


def _stand_in(name: str, base: str) -> None:
    kind = name.partition(":")[0]
    if kind == "python":
        run("docker", "tag", base, name)
        return
    run(
        "docker",
        "build",
        "-q",
        "--network",
        "host",
        "--build-arg",
        f"BASE={base}",
        "-t",
        name,
        "-f",
        STANDINS / f"{kind}.docker",
        STANDINS,
    )
