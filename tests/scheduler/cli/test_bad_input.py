"""Whatever is wrong: one clear message, the right exit code, no traceback, no secret, nothing lost."""

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.patience import PATIENCE
from tests.scheduler.cli.command_server import CommandServer

ROOT = Path(__file__).parents[3]
SECRET = "hunter2"
FAKE = 'service: {name: fake, type: "specs.testing.fake:spec"}\n'


class Shell:
    """Runs the command as a process of its own, in an empty folder."""

    def __init__(self, folder: Path, server: CommandServer) -> None:
        self.folder, self._server = folder, server
        self.catalog = folder / "catalog.db"

    def write(self, text: str) -> str:
        (self.folder / "r.yml").write_text(text)
        return "r.yml"

    def start(
        self, *arguments: str, limit: Callable[[], None] | None = None, **environment: str
    ) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", "from scheduler.cli.cli import main; main()", *arguments],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limit,
            env=self._environ(environment),
        )  # fmt: skip

    def _environ(self, more: dict[str, str]) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(self.folder),
            "HEADRACE_CATALOG": str(self.catalog), **more,
        }  # fmt: skip

    def run(self, *arguments: str, limit: Callable[[], None] | None = None, **environment: str) -> tuple[int, str, str]:
        if limit is None:
            return self._server.run(arguments, self.folder, self._environ(environment))
        with self.start(*arguments, limit=limit, **environment) as process:
            out, err = process.communicate(timeout=PATIENCE)
        return process.returncode, out, err

    def stored(self) -> int:
        """Entities in the catalog so far."""
        if not self.catalog.exists():
            return 0
        with closing(sqlite3.connect(self.catalog, timeout=5)) as connection, suppress(sqlite3.OperationalError):
            return int(connection.execute("SELECT count(*) FROM entities").fetchone()[0])
        return 0

    def refused(self, code: int, part: str, *arguments: str, limit: Callable[[], None] | None = None) -> str:
        """The command fails with ``code`` and one line on stderr that has ``part``."""
        found, out, err = self.run(*arguments, limit=limit)
        assert "Traceback" not in out + err
        assert SECRET not in out + err
        assert found == code, (out, err)
        assert part in err
        lines = [line for line in err.splitlines() if not line.startswith("notice: ")]
        assert len(lines) == 1
        assert lines[0].startswith("error: ")
        return out


@pytest.fixture(scope="module")
def server() -> Iterator[CommandServer]:
    made = CommandServer()
    yield made
    made.close()


@pytest.fixture
def shell(tmp_path: Path, server: CommandServer) -> Shell:
    return Shell(tmp_path, server)


BOMB = "a: &a [1,1]\n" + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)},*{chr(97 + n)}]\n" for n in range(24))


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"a: " + b"[" * 100_000, "r.yml:1:54: nested too deeply"),
        (BOMB.encode(), "too large or refers to itself"),
        (b"a: 1\n" * 300_000, "larger than 1000000 bytes"),
        (bytes(range(256)), "is not UTF-8 text"),
        (b"a: b\x00\n", "not YAML"),
        (b"service:\n\tname: x\n", "r.yml:2:1: not YAML: found character '\\t'"),
        (b"", "a recipe is a mapping"),
        (b"- a\n", "a recipe is a mapping"),
    ],
)
@pytest.mark.parametrize("command", ["crawl", "check", "plan"])
def test_files_that_are_no_recipes(shell: Shell, command: str, content: bytes, part: str) -> None:
    (shell.folder / "r.yml").write_bytes(content)
    shell.refused(1, part, command, "r.yml")


def test_a_folder_is_no_recipe(shell: Shell) -> None:
    shell.refused(1, "is a folder, not a recipe file", "crawl", ".")


@pytest.mark.parametrize(
    ("recipe", "part"),
    [
        (FAKE + "extract: {metadata: {scehmas: {}}}", "r.yml:2:22: unknown key 'scehmas'; did you mean 'schemas'?"),
        (FAKE + "limits: {connections: several}", "r.yml:2:23: limits.connections: should be a valid integer"),
        (FAKE + "connection: {server: '${env:NO_SUCH_THING}'}", "environment variable NO_SUCH_THING is not set"),
        (FAKE + "connection: {server: '${file:/no/such/file}'}", "cannot read the file of ${file:...}"),
        (FAKE + "connection: {server: '${prompt:password}'}", "there is no terminal; set HEADRACE_PASSWORD"),
        (FAKE + f"connection: {{schemas: {SECRET}}}", "r.yml:2:23: connection.schemas: should be a valid integer"),
        (FAKE + "connection: [", "r.yml:2:14: not YAML"),
        (FAKE + "extract: {profile: {sample: 10}}", "r.yml:2:20: extract.profile: not available yet"),
        ("service: {name: a, type: postgrse}", "unknown connector 'postgrse'; did you mean 'postgres'?"),
        ("service: {name: a, type: 'nowhere:spec'}", "cannot load connector 'nowhere:spec'"),
    ],
)
def test_bad_recipes(shell: Shell, recipe: str, part: str) -> None:
    shell.refused(1, part, "crawl", shell.write(recipe))
    assert not shell.catalog.exists()


@pytest.mark.parametrize("command", ["plan", "check"])
def test_plan_and_check_refuse_what_crawl_refuses(shell: Shell, command: str) -> None:
    shell.refused(1, "r.yml:2:1: unknown key 'limts'; did you mean 'limits'?", command, shell.write(FAKE + "limts: {}"))


def test_unreadable_recipes(shell: Shell) -> None:
    shell.refused(1, "no such recipe file (nope.yml)", "crawl", "nope.yml")
    (shell.folder / "folder").mkdir()
    shell.refused(1, "is a folder", "crawl", "folder")
    (shell.folder / "binary.yml").write_bytes(os.urandom(64) + b"\xff")
    shell.refused(1, "binary.yml", "crawl", "binary.yml")


@pytest.mark.parametrize(
    ("url", "code", "part"),
    [
        (f"postgresql://u:{SECRET}@127.0.0.1:1/d", 2, "check host and port"),
        (f"mysql://u:{SECRET}@127.0.0.1:1/d", 2, "127.0.0.1:1"),
        ("sqlite:////no/such/file.db", 2, "/no/such/file.db"),
        (f"gopher://u:{SECRET}@h/d", 1, "no connector for the URL scheme 'gopher'"),
    ],
)
def test_unreachable_sources(shell: Shell, url: str, code: int, part: str) -> None:
    shell.refused(code, part, "crawl", "-q", url)
    shell.refused(code, part, "plan", url)
    if code == 2:
        found, out, _ = shell.run("check", url, "--json")
        assert found == 2
        assert json.loads(out)["ok"] is False
        assert SECRET not in out


def test_a_wrong_password(shell: Shell, mariadb_url: str) -> None:
    host = mariadb_url.rpartition("@")[2]
    shell.refused(2, "enied", "crawl", "-q", f"mysql://nobody_at_all:{SECRET}@{host}")
    assert SECRET.encode() not in shell.catalog.read_bytes()


def test_a_missing_driver(shell: Shell) -> None:
    (shell.folder / "mine.py").write_text(
        "from specs.service_spec import DefaultDatabaseSpec\n"
        "spec = DefaultDatabaseSpec(\n"
        "    name='mine', connection='no_such_driver.x:Y', driver='no_such_driver', extra='mine'\n"
        ")\n"
    )
    out = "connector 'mine' needs the driver 'no_such_driver'; install it with: pip install 'headrace[mine]'"
    for command in ("crawl", "check", "plan"):
        shell.refused(1, out, command, shell.write("service: {name: a, type: 'mine:spec'}"))
    assert not shell.catalog.exists()


def test_catalogs_that_are_none(shell: Shell) -> None:
    recipe = shell.write(FAKE)
    shell.refused(1, "there is no catalog here yet", "runs")
    shell.catalog.write_bytes(os.urandom(8192))
    before = shell.catalog.read_bytes()
    for arguments in (("runs",), ("crawl", recipe, "-q")):
        shell.refused(1, "the file is no SQLite database", *arguments)
    assert shell.catalog.read_bytes() == before
    shell.refused(1, "is a folder", "runs", "--catalog", str(shell.folder))
    shell.refused(1, "none that can be used", "runs", "--catalog", f"oracle://u:{SECRET}@h/d")
    shell.refused(4, "cannot be reached", "runs", "--catalog", f"postgresql://u:{SECRET}@127.0.0.1:1/d")


@pytest.mark.parametrize("command", ["changes", "export"])
def test_an_array_does_not_begin_before_the_catalog_is_open(shell: Shell, command: str) -> None:
    code, out, err = shell.run(command, "--json")
    assert (code, out) == (1, "")
    assert "there is no catalog here yet" in err


def test_a_catalog_of_a_newer_version(shell: Shell) -> None:
    recipe = shell.write(FAKE)
    assert shell.run("crawl", recipe, "-q")[0] == 0
    with closing(sqlite3.connect(shell.catalog)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    shell.refused(1, "newer", "runs")
    with closing(sqlite3.connect(shell.catalog)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("9999",)]


def test_a_read_only_disk(shell: Shell) -> None:
    shell.refused(4, "the catalog's folder cannot be made", "crawl", shell.write(FAKE), "--catalog", "/proc/nope/c.db")


def test_a_disk_that_fills_up_loses_nothing(shell: Shell) -> None:
    recipe = shell.write(FAKE + "connection: {schemas: 4, tables: 150}\n")

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, 1_200_000))  # an empty catalog takes 0.55 MB

    shell.refused(4, "; then: headrace resume ", "crawl", "-q", recipe, limit=small)
    run = json.loads(shell.run("runs", "--json")[1])[0]["id"]
    assert shell.run("resume", run, "-q")[0] == 0
    undisturbed = str(shell.folder / "other.db")
    assert shell.run("crawl", recipe, "-q", "--catalog", undisturbed)[0] == 0
    assert shell.run("export")[1] == shell.run("export", "--catalog", undisturbed)[1]


def test_a_full_disk_for_the_export(shell: Shell) -> None:
    assert shell.run("crawl", shell.write(FAKE + "connection: {schemas: 4, tables: 20}"), "-q")[0] == 0

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    shell.refused(4, "cannot write the export: File too large (out.jsonl)", "export", "-o", "out.jsonl", limit=small)
    assert not list(shell.folder.glob("out.jsonl*"))


def test_ctrl_c_stops_while_a_source_is_slow_and_says_how_to_resume(shell: Shell) -> None:
    recipe = shell.write(FAKE + "connection: {schemas: 10, tables: 50, columns: 3, latency: 500}\n")
    with shell.start("crawl", recipe) as process:
        deadline = time.monotonic() + PATIENCE
        while not shell.stored():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, err
    command = out.strip().splitlines()[-1]
    assert command.startswith("resume with: headrace resume ")
    assert shell.run(*command.removeprefix("resume with: headrace ").split(), "-q")[0] == 0
    assert len(shell.run("export")[1].splitlines()) == 500 + 10 + 2


def test_a_password_from_a_url_is_asked_for_again(shell: Shell) -> None:
    assert shell.run("crawl", f"postgresql://u:{SECRET}@127.0.0.1:1/d", "-q")[0] == 2
    assert SECRET.encode() not in shell.catalog.read_bytes()
    run = json.loads(shell.run("runs", "--json")[1])[0]["id"]
    shell.refused(1, "the recipe asks for the password, and there is no terminal; set HEADRACE_PASSWORD", "retry", run)
    code, out, err = shell.run("retry", run, "-q", HEADRACE_PASSWORD=SECRET)
    assert code == 2
    assert "check host and port" in err
    assert SECRET not in out + err


def test_usage_errors_of_the_command_line(shell: Shell) -> None:
    for arguments in (("crawl",), ("crwl", "x"), ("crawl", "x", "--wrkers", "1"), ("show",)):
        code, _, err = shell.run(*arguments)
        assert code == 1
        assert "Error: " in err
        assert "Traceback" not in err
