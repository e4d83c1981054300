"""What the servers of a local cluster need of this machine: free ports, an unprivileged account, installed programs."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from scheduler.local.times import SETUP_SECONDS
from specs.errors import Fatal


def account(*preferred: str) -> pwd.struct_passwd | None:
    """The unprivileged account that servers run as when this process is root's; ``None`` when this process is
    unprivileged itself. The first of ``preferred`` that exists, else ``nobody``.

    Raises ``Fatal`` when none of them exists.
    """
    if os.geteuid() != 0:
        return None
    for name in (*preferred, "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise Fatal(
        "there is no unprivileged account to run a server as", remedy="create the user nobody", reason="account"
    )


def rights(owner: pwd.struct_passwd | None) -> dict[str, Any]:
    """The arguments of ``subprocess`` that run a program as ``owner``."""
    return {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def home(path: Path, owner: pwd.struct_passwd | None) -> Path:
    """A folder that belongs to ``owner`` alone. Raises ``Fatal`` when that account cannot reach it."""
    path.mkdir(mode=0o700, exist_ok=True)
    path.chmod(0o700)
    if owner is not None:
        os.chown(path, owner.pw_uid, owner.pw_gid)
        enter = ["/bin/sh", "-c", 'cd "$1"', "sh", str(path)]  # ``cwd=`` is entered while the process is still root's
        try:
            subprocess.run(
                enter, cwd="/", check=True, stderr=subprocess.DEVNULL, timeout=SETUP_SECONDS, **rights(owner)
            )
        except (OSError, subprocess.SubprocessError):
            remedy = "name a folder below /var/lib with --folder, or run this as another user than root"
            what = f"the account {owner.pw_name}, which servers run as instead of root, cannot enter the folder"
            raise Fatal(what, str(path), remedy, reason="account") from None
    return path


def step(command: Sequence[str], folder: Path, owner: pwd.struct_passwd | None) -> None:
    """Run one step of a setup as ``owner``. Raises ``Fatal`` with the end of its output when it fails."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment(folder), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=SETUP_SECONDS, start_new_session=True, **rights(owner),
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Fatal(f"{Path(command[0]).name} does not run: {error}", str(folder), reason="server") from None
    if done.returncode:
        told = " ".join(done.stdout.split())[-300:]
        raise Fatal(f"{Path(command[0]).name} failed: {told}", str(folder), reason="server")


def runs(command: Sequence[str], folder: Path, owner: pwd.struct_passwd | None) -> bool:
    """Whether a program can be run as ``owner``."""
    try:
        step(command, folder, owner)
    except Fatal:
        return False
    return True


def environment(folder: Path) -> dict[str, str]:
    """The environment of a server: the system's programs, ``folder`` as its home, no other variables of the user."""
    path = os.environ.get("PATH", "/usr/bin:/bin")
    return {"PATH": f"{path}:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder), "LC_ALL": "C", "TZ": "UTC"}


def port(wanted: int | None = None) -> int:
    """A free port of the loopback interface: ``wanted`` if it is free. Raises ``Fatal`` when no port is free."""
    for each in (wanted, 0) if wanted else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", each))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    raise Fatal("no port is free on 127.0.0.1", reason="port")


def on_path(*names: str) -> Path | None:
    """The first of these programs that is installed; ``None`` when none is."""
    for name in names:
        found = shutil.which(name, path=environment(Path("/"))["PATH"])
        if found:
            return Path(found)
    return None


def in_wheel(package: str) -> Path | None:
    """The folder of an installed Python package that contains programs; ``None`` when it is not installed."""
    spec = find_spec(package)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


def major(program: Path) -> int | None:
    """The first number in the output of ``program --version``; ``None`` when it does not run."""
    try:
        told = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    number = re.search(r"(\d+)", told)
    return int(number[1]) if number else None
