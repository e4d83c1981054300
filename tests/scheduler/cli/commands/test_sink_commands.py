"""``headrace publisher`` and ``headrace dead``: settings, metrics, bad input."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from scheduler.cli.cli import run as headrace
from tests.chaos.feeding import PATIENCE, ROOT, feeding
from tests.servers.process import free_port
from workers.store.database import open_database


def told(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    lines = captured.err.strip().splitlines()
    assert len(lines) == 1, captured
    return lines[0]


def publisher(*arguments: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, since it sets up logging."""
    return subprocess.run(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", "publisher", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (["--catalog", "postgresql://u:p4ssw0rd@127.0.0.1:1/none"], 4, "127.0.0.1:1/none"),
        (["--catalog", "nonsense://u:p4ssw0rd@host/x"], 1, "is none that can be used"),
        (["--catalog", "sqlite:////dev/null/x.db"], 4, "/dev/null"),
        (["--catalog", "sqlite://", "--metrics", "nowhere"], 1, "this is no address to listen on"),
    ],
)
def test_bad_settings_are_told_in_one_line(arguments: list[str], code: int, why: str) -> None:
    done = publisher(*arguments)
    assert (done.returncode, done.stdout) == (code, ""), done.stderr
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert why in done.stderr
    assert "p4ssw0rd" not in done.stderr


def test_a_publisher_answers_metrics_and_stops_on_sigterm(tmp_path: Path) -> None:
    with feeding(f"sqlite:///{tmp_path / 'c.db'}", tmp_path) as made:
        made.estate(1, 3)
        made.recipe()
        port = free_port()
        process = made.publisher("--metrics", f"127.0.0.1:{port}", "--json")
        made.until(made.level)
        for path, wanted in (("metrics", 'kind="publisher"'), ("healthz", "ok")):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/{path}", timeout=PATIENCE) as answer:
                assert wanted in answer.read().decode()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        lines = [json.loads(line) for line in made.logs[0].read_text().splitlines()]
        assert lines[-1]["message"].endswith("; 6 changes delivered")
        assert {line["level"] for line in lines} == {"info"}
        made.prove()


def test_there_are_no_dead_letters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalog = f"sqlite:///{tmp_path / 'c.db'}"
    assert headrace(["dead", "list", "--catalog", catalog]) == 1
    assert "there is no catalog here yet" in told(capsys)
    open_database(catalog).close()
    assert headrace(["dead", "list", "--catalog", catalog, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == []
    assert headrace(["dead", "replay", "--catalog", catalog]) == 0
    assert capsys.readouterr().out == "nothing to send\n"
    assert headrace(["dead", "replay", "shop/x", "--catalog", catalog]) == 1
    assert "unknown sink 'shop/x'" in told(capsys)
