"""A run of the tests that leaves something in the checkout fails, and says what."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.checkout import contents
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]


def test_files_and_folders_count_but_caches_do_not(tmp_path: Path) -> None:
    before = contents(tmp_path)
    for name in (".venv/lib", "__pycache__", "file:/tmp"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / ".coverage.host.1").touch()
    (tmp_path / "file:" / "left.db").touch()
    assert contents(tmp_path) - before == {"file:", "file:/tmp", "file:/left.db"}


@pytest.mark.parametrize("processes", [(), ("-n", "2")], ids=["one process", "two"])
def test_a_run_that_leaves_something_fails(tmp_path: Path, processes: tuple[str, ...]) -> None:
    (tmp_path / "conftest.py").write_text(
        "from pathlib import Path\n"
        "from tests.checkout import CheckoutGuard\n"
        "def pytest_configure(config):\n"
        "    if not hasattr(config, 'workerinput'):\n"
        "        config.pluginmanager.register(CheckoutGuard(Path(__file__).parent))\n"
    )
    (tmp_path / "test_it.py").write_text(
        "import os, pathlib\n"
        "def test_it():\n"
        "    if 'LEAVE' in os.environ: pathlib.Path(__file__).with_name('left.db').touch()\n"
    )

    def run(**environ: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pytest", "-q", "-c", "/dev/null", "--rootdir", ".", *processes, "test_it.py"]
        return subprocess.run(
            command, cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), **environ},
            capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    tidy = run()
    assert tidy.returncode == 0, tidy.stdout
    untidy = run(LEAVE="1")
    assert untidy.returncode == 1, untidy.stdout
    assert "left in the checkout" in untidy.stdout
    assert "\nleft.db\n" in untidy.stdout


def test_bytecode_is_kept() -> None:
    asked = "import sys; sys.exit(sys.dont_write_bytecode)"
    assert not sys.dont_write_bytecode
    assert subprocess.run([sys.executable, "-c", asked], timeout=PATIENCE, check=False).returncode == 0
