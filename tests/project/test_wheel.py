"""The built wheel: our packages and the module headrace, whole; nothing else, and nobody else's beside them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).parents[2]
PACKAGES = {"specs", "connectors", "workers", "scheduler"}


def _run(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    binaries = str(Path(sys.executable).parent)
    environment = {**os.environ, "PATH": f"{binaries}{os.pathsep}{os.environ.get('PATH', '')}"}
    if path:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    code = f"import hatchling.build; print(hatchling.build.build_wheel({str(folder)!r}))"
    _run(sys.executable, "-c", code, cwd=ROOT)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


@pytest.fixture(scope="module")
def unpacked(wheel: zipfile.ZipFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    wheel.extractall(folder)
    return folder


def test_the_wheel_holds_our_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {*PACKAGES, "headrace.py", "headrace-stubs"}


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert any(name.endswith(".sql") for name in expected)
    assert expected - set(wheel.namelist()) == set()


def test_nobody_else_owns_packages_of_our_names(unpacked: Path, tmp_path: Path) -> None:
    code = (
        "from importlib.metadata import packages_distributions as owners\n"
        f"print({{name: sorted(set(owners().get(name, []))) for name in {sorted(PACKAGES)!r}}})"
    )
    assert _run(sys.executable, "-c", code, cwd=tmp_path, path=unpacked).strip() == str(
        {name: ["headrace"] for name in sorted(PACKAGES)}
    )


def test_the_command_runs_from_the_wheel(unpacked: Path, tmp_path: Path) -> None:
    code = "import scheduler.cli.cli as cli; print(cli.__file__); raise SystemExit(cli.run(['connectors', '--json']))"
    output = _run(sys.executable, "-c", code, cwd=tmp_path, path=unpacked)
    assert output.startswith(str(unpacked))
    assert '"postgres"' in output


def test_the_wheel_is_typed(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(
        "import headrace\nfrom headrace import Table, UsageError\n"
        "summary = headrace.crawl('postgresql://db/shop', workers=2)\ncode: int = summary.exit_code\n"
        "def tables() -> list[Table]:\n"
        "    with headrace.catalog() as catalog:\n        return list(catalog.entities(headrace.Table))\n"
        "wrong = headrace.crawl(5)\nnonsense = headrace.nonsense\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "use.py"], cwd=tmp_path, capture_output=True,
        text=True, timeout=300, stdin=subprocess.DEVNULL, env={**os.environ, "MYPYPATH": str(unpacked)},
    )  # fmt: skip
    errors = [line for line in done.stdout.splitlines() if line.startswith("use.py")]
    assert [line.split(":")[1] for line in errors] == ["8", "9"], done.stdout


def test_a_foreign_package_of_our_names_is_told_with_its_place(unpacked: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "elsewhere" / "scheduler"
    foreign.mkdir(parents=True)
    (foreign / "__init__.py").write_text("")
    path = os.pathsep.join((str(foreign.parent), str(unpacked)))
    done = subprocess.run(
        [sys.executable, "-m", "headrace", "runs"], cwd=tmp_path, capture_output=True, text=True, timeout=PATIENCE,
        stdin=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": path},
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: the package 'scheduler' at {foreign} hides Headrace's own, which is at ")
    assert len(done.stderr.splitlines()) == 1


def test_python_m_runs_the_command(unpacked: Path, tmp_path: Path) -> None:
    done = _run(sys.executable, "-m", "headrace", "connectors", "--json", cwd=unpacked)
    assert '"postgres"' in done


def test_the_wheel_brings_its_licence_and_its_command(wheel: zipfile.ZipFile) -> None:
    folder = next(name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name)
    assert "headrace = headrace:main" in wheel.read(f"{folder}/entry_points.txt").decode()
    assert any(name.endswith("LICENSE") for name in wheel.namelist())
