"""The command line as a whole: help, exit codes, errors in one line, start-up."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path

import click
import pytest

from scheduler.cli.cli import COMMANDS, cli, module_of, run
from scheduler.cli.pages.reference import command_page, recipe_page
from specs import registry
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]


def called(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    return code, out.getvalue(), err.getvalue()


def headrace(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
    )  # fmt: skip


def loaded(name: str) -> click.Command:
    found = cli.get_command(click.Context(cli), name)
    assert found is not None
    return found


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example_and_json(name: str) -> None:
    command = loaded(name)
    code, out, err = called(name, "--help")
    assert (code, err) == (0, "")
    assert "Example" in out
    assert f"headrace {name}" in out
    assert "--json" in out
    assert command.get_short_help_str(200) == COMMANDS[name]


@pytest.mark.parametrize(("page", "made"), [("cli.md", command_page), ("recipe.md", recipe_page)])
def test_the_reference_pages_are_what_commands_and_models_say(page: str, made: Callable[[], str]) -> None:
    assert (ROOT / "docs" / page).read_text() == made(), "write them with: python -m scheduler.cli.pages.reference docs"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    assert f"\n## headrace {name}\n" in (ROOT / "docs" / "cli.md").read_text()


def test_every_module_of_commands_is_a_command() -> None:
    folder = Path(import_module("scheduler.cli.commands").__path__[0])
    modules = {path.stem.replace("_", "-") for path in folder.rglob("*.py") if path.stem != "__init__"}
    group = loaded("lineage")
    assert isinstance(group, click.Group)
    assert modules == {*COMMANDS, *group.list_commands(click.Context(group))}


def test_help_imports_little() -> None:
    """How long it takes is measured by ``make bench``."""
    probe = "import sys; from scheduler.cli.cli import run; run(['--help']); print(*sorted(sys.modules))"
    out = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    modules = set(out.splitlines()[-1].split())
    assert not modules & {"pydantic", "sqlalchemy", "rich", "yaml", "psycopg", "scheduler.app.runs.crawl"}
    assert headrace("--help").returncode == 0


def test_command_modules_import_only_click_and_options() -> None:
    names = ",".join(module_of(name) for name in COMMANDS)
    probe = f"import sys, {names}; print(*sorted(sys.modules))"
    out = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not set(out.split()) & {"pydantic", "sqlalchemy", "rich", "yaml"}


def test_a_mistyped_command_or_option_is_a_usage_error() -> None:
    for arguments in (("craw",), ("crawl",), ("crawl", "x", "--wrkers", "2"), ("runs", "--limit", "none")):
        code, out, err = called(*arguments)
        assert (code, out) == (1, "")
        assert "Error" in err
        assert "Traceback" not in err


def test_version() -> None:
    code, out, _ = called("--version")
    assert code == 0
    assert out.startswith("headrace ")


def completed(*words: str, **environment: str) -> list[str]:
    """What bash offers for the last word."""
    done = headrace(
        _HEADRACE_COMPLETE="bash_complete", COMP_WORDS=" ".join(("headrace", *words)), COMP_CWORD=str(len(words)),
        **environment,
    )  # fmt: skip
    assert done.stderr == ""
    return [line.partition(",")[2] for line in done.stdout.splitlines() if line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_code(shell: str) -> None:
    code, out, _ = called("completion", shell)
    assert code == 0
    assert f"{shell}_complete" in out


def test_commands_options_connectors_and_runs_are_completed(tmp_path: Path) -> None:
    assert completed("re") == ["resume", "retry"]
    assert completed("crawl", "--acc") == ["--accept-identity"]
    assert completed("init", "post") == ["postgres"]
    assert completed("connectors", "sq") == [name for name in registry.known() if name.startswith("sq")]
    catalog = f"sqlite:///{tmp_path}/c.db"
    assert completed("status", "20", HEADRACE_CATALOG=catalog) == []
    recipe = tmp_path / "r.yml"
    recipe.write_text('service: {name: a, type: "specs.testing.fake:spec"}\nconnection: {schemas: 1, tables: 1}\n')
    code, _, _ = called("crawl", str(recipe), "-q", "--catalog", catalog)
    assert code == 0
    assert len(completed("status", "20", HEADRACE_CATALOG=catalog)) == 1


def test_any_locale_will_do(tmp_path: Path) -> None:
    recipe = tmp_path / "r.yml"
    recipe.write_text(
        'service: {name: "caf\u00e9 \U0001f600", type: "specs.testing.fake:spec"}\nconnection: {tables: 1}\n'
    )
    for environment in ({"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}):
        done = headrace("plan", str(recipe), **environment)
        assert done.returncode == 0, done.stderr
        assert "caf\u00e9 \U0001f600" in done.stdout


def test_an_argument_that_is_no_text_is_a_usage_error() -> None:
    code, _, err = called("show", b"\xff".decode(errors="surrogateescape"))
    assert (code, err) == (1, "error: an argument is not UTF-8 text\n")


def test_an_error_in_somebody_s_connector_is_one_line_and_a_traceback_on_request(tmp_path: Path) -> None:
    (tmp_path / "odd_one.py").write_text("raise RuntimeError('boom\\nand more')\n")
    recipe = tmp_path / "r.yml"
    recipe.write_text('service: {name: a, type: "odd_one:spec"}\n')
    done = headrace("check", str(recipe), PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "RuntimeError: boom" in done.stderr
    assert "odd_one.py:1" in done.stderr
    done = headrace("check", str(recipe), PYTHONPATH=str(tmp_path), HEADRACE_DEBUG="1")
    assert "Traceback" in done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", "from scheduler.cli.cli import main; main()", "export", "--format", "json-schema"],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(timeout=PATIENCE) == 141
    assert process.stderr.read() == b""
    process.stderr.close()
