"""A Docker engine for tests: the machine's own, or a private one that is started here and gone afterwards.

Nothing is published and no firewall rule is written: containers reach each other, and this machine reaches them.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = ("docker.io", "docker-compose", "debootstrap")
PATIENCE = 60.0
log = logging.getLogger("compose")


class Unavailable(Exception):
    """No Docker engine can run here; the message says why and what would help."""


def run(*command: str | Path, check: bool = True, timeout: float = 600, **environ: str) -> str:
    """What a command prints on stdout; raises with everything it said when it fails."""
    done = subprocess.run(
        command, env={**os.environ, **environ}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=timeout,
    )  # fmt: skip
    if check and done.returncode:
        words = " ".join(map(str, command))
        raise RuntimeError(f"{words} ended with {done.returncode}:\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def answers() -> bool:
    """Whether ``docker`` reaches an engine."""
    if shutil.which("docker") is None:
        return False
    return subprocess.run(["docker", "info"], capture_output=True, timeout=60).returncode == 0


def install() -> None:
    """Debian's packages, where we may. Raises ``Unavailable``."""
    missing = [name for name in ("dockerd", "docker", "docker-compose") if shutil.which(name, path=_path()) is None]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise Unavailable(f"{', '.join(missing)} missing; start a Docker engine, or run this as root with apt-get")
    log.info("installing %s", ", ".join(PACKAGES))
    try:
        run("apt-get", "update", "-qq")
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES, DEBIAN_FRONTEND="noninteractive")
    except (RuntimeError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"Docker could not be installed: {error}") from None


@contextmanager
def engine() -> Iterator[bool]:
    """An engine that ``docker`` reaches; yields whether it is ours alone. Raises ``Unavailable``."""
    if answers():
        yield False
        return
    install()
    if os.geteuid() != 0:
        raise Unavailable("a Docker engine must be started by root; start it, or run this as root")
    folder = Path(tempfile.mkdtemp(prefix="hr-docker-", dir="/var/tmp"))
    host = f"unix://{folder}/docker.sock"
    before = os.environ.get("DOCKER_HOST")
    os.environ["DOCKER_HOST"] = host
    process = _start(folder, host)
    try:
        _await(process, folder)
        yield True
    finally:
        _stop(process, folder)
        if before is None:
            del os.environ["DOCKER_HOST"]
        else:
            os.environ["DOCKER_HOST"] = before


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"


def _start(folder: Path, host: str) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [
                "dockerd", "--data-root", folder / "data", "--exec-root", folder / "exec", "--pidfile", folder / "pid",
                "-H", host, "--bridge=none", "--iptables=false", "--ip6tables=false",
            ],
            env={**os.environ, "PATH": _path()}, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip


def _await(process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not answers():
        if process.poll() is not None or time.monotonic() > end:
            tail = (folder / "log").read_text(errors="replace")[-1500:]
            raise Unavailable(f"a Docker engine does not start here (it needs root, cgroups and mounts):\n{tail}")
        time.sleep(0.3)


def _stop(process: subprocess.Popen[bytes], folder: Path) -> None:
    """End the engine with its containers, unmount and remove what it made."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder, and unmount before what is mounted below it."""
    mounts = [line.split()[1] for line in Path("/proc/mounts").read_text().splitlines() if f"{folder}/" in line]
    for mount in sorted(mounts, reverse=True):
        subprocess.run(["umount", "-l", mount], capture_output=True, timeout=60)
    shutil.rmtree(folder, ignore_errors=True)
