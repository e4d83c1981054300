"""What compose file, Dockerfile and pages name is there: commands, options, variables, ports, secrets, files, users."""

from __future__ import annotations

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from scheduler.cli.cli import COMMANDS, cli
from scripts.docs import pages
from tests.patience import PATIENCE
from workers.cluster.settings import variables

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
OURS = {name: each for name, each in COMPOSE["services"].items() if each["image"].startswith("headrace")}
DOCKER = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PORT = "9108"


def parsed(words: list[str]) -> None:
    """Raises ``click.UsageError`` for a command, option or value that there is not."""
    if words[0] not in COMMANDS:
        raise click.UsageError(f"no command {words[0]}")
    parent = click.Context(cli, info_name="headrace", **cli.context_settings)
    command = cli.get_command(parent, words[0])
    assert command is not None
    if not {"-h", "--help"} & set(words):
        command.make_context(words[0], words[1:], parent=parent)


def commands_in(text: str) -> Iterator[str]:
    """Command lines of ``headrace`` in fenced blocks, as they would be typed, without what follows a comment."""
    for block in re.findall(r"^```(?:console|sh|bash|text)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.match(r"(?:\$ )?(?:\w+=\S+ )*(?:docker[ -]compose (?:run --rm|exec) \w+|headrace) (\S.*)", line)
            if found and "usage:" not in line.lower():
                yield re.split(r"\s+#|\s[|>&]", found[1])[0]


@pytest.mark.parametrize("service", OURS)
def test_services_run_commands_that_there_are(service: str) -> None:
    parsed([str(word) for word in OURS[service]["command"]])


def test_every_kind_of_process_has_a_service() -> None:
    kinds = {each["command"][0] for each in OURS.values()}
    assert kinds == {"scheduler", "worker", "flusher", "publisher"}
    assert set(COMPOSE["services"]) - set(OURS) == {"redis", "postgres"}


@pytest.mark.parametrize("page", [page.as_posix() for page in pages()])
def test_pages_show_commands_that_there_are(page: str) -> None:
    lines = list(commands_in((ROOT / page).read_text(encoding="utf-8")))
    for line in lines:
        words = [re.sub(r"^[A-Z]+$", "1", word) for word in shlex.split(line)]
        try:
            parsed([word for word in words if word != "headrace"])
        except click.UsageError as error:
            raise AssertionError(f"{page}: headrace {line}: {error.format_message()}") from None
    assert lines or page not in ("README.md", "docs/operations.md")


def test_variables_are_settings() -> None:
    files = [ROOT / page for page in pages()] + [ROOT / "docker-compose.yml", ROOT / "Dockerfile"]
    files += [path for path in (ROOT / "deploy").iterdir() if path.is_file()]
    named = {
        (path.name, name)
        for path in files
        for name in re.findall(r"\bHEADRACE_[A-Z][A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    assert {(file, name) for file, name in named if name not in variables() and "_TEST_" not in name} == set()
    for each in OURS.values():
        assert set(each["environment"]) <= set(variables())


def test_every_variable_that_the_code_reads_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    code = "\n".join(
        path.read_text(encoding="utf-8") for name in ("workers", "scheduler") for path in (ROOT / name).rglob("*.py")
    )
    read = set(re.findall(r"\bHEADRACE_[A-Z][A-Z_]*[A-Z]\b", code)) - {"HEADRACE_COMPLETE"}
    assert {name for name in read if f"`{name}`" not in page} == set()


def test_what_compose_fills_in_is_explained() -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert {name for name in re.findall(r"\$\{(\w+):-", text) if f"`{name}`" not in page} == set()


@pytest.mark.parametrize("service", OURS)
def test_health_is_asked_where_it_is_answered(service: str) -> None:
    each = OURS[service]
    words = each["command"]
    listens = words[words.index("--listen" if words[0] == "scheduler" else "--metrics") + 1]
    assert listens == f"0.0.0.0:{PORT}"
    assert f"http://127.0.0.1:{PORT}/healthz" in " ".join(each["healthcheck"]["test"])
    assert all(published.endswith(f":{PORT}") for published in each.get("ports", []))


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_containers_may_do_little(service: str) -> None:
    each = COMPOSE["services"][service]
    assert each["user"] not in ("root", "0", 0)
    assert (each["read_only"], each["cap_drop"]) == (True, ["ALL"])
    assert "no-new-privileges:true" in each["security_opt"]
    assert {"healthcheck", "mem_limit", "restart", "stop_grace_period", "tmpfs"} <= set(each)
    if service in OURS:
        assert f"USER {each['user']}" in DOCKER


def test_secrets_are_files_that_init_makes(tmp_path: Path) -> None:
    subprocess.run([ROOT / "deploy" / "init", tmp_path / "made"], check=True, capture_output=True, timeout=PATIENCE)
    made = {path.name: path.read_text() for path in (tmp_path / "made").iterdir()}
    assert {f"deploy/secrets/{name}" for name in made} == {each["file"] for each in COMPOSE["secrets"].values()}
    assert "PASSWORD" not in made["redis-acl"]
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o700
    for user in ("scheduler", "worker", "flusher"):
        password = made[f"redis-{user}"].split(":")[2].partition("@")[0]
        assert len(password) == 48
        assert f"user {user} on >{password} " in made["redis-acl"]
    subprocess.run([ROOT / "deploy" / "init", tmp_path / "made"], check=True, capture_output=True, timeout=PATIENCE)
    assert {path.name: path.read_text() for path in (tmp_path / "made").iterdir()} == made, "never overwritten"
    hosts = {re.split(r"[@:/]+", made[name])[3] for name in ("catalog", "redis-worker")}
    assert hosts == {"postgres", "redis"} <= set(COMPOSE["services"])


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_secrets_are_mounted_where_they_are_looked_for(service: str) -> None:
    each = COMPOSE["services"][service]
    given = [{"source": one, "target": one} if isinstance(one, str) else one for one in each.get("secrets", [])]
    assert {one["source"] for one in given} <= set(COMPOSE["secrets"])
    told = " ".join(map(str, [*each.get("environment", {}).values(), *each["command"]]))
    wanted = set(re.findall(r"/run/secrets/([\w-]+)", told))
    assert wanted == {one["target"] for one in given}


def test_volumes_ports_and_dependencies_are_declared() -> None:
    for each in COMPOSE["services"].values():
        named = [volume.partition(":")[0] for volume in each.get("volumes", [])]
        assert {name for name in named if not name.startswith(".")} <= set(COMPOSE["volumes"])
        assert all((ROOT / name).exists() for name in named if name.startswith("."))
        assert all(COMPOSE["services"][other]["healthcheck"] for other in each.get("depends_on", {}))


def test_the_image_is_built_from_what_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKER, re.MULTILINE)
        for word in line.split()[:-1]
    }  # fmt: skip
    assert copied == sent
    assert all((ROOT / name).exists() for name in copied)
    extra = re.search(r"^ARG EXTRA=(\w+)", DOCKER, re.MULTILINE)
    assert extra is not None
    assert extra[1] in project["optional-dependencies"]
    entry = re.search(r'^ENTRYPOINT \["(\w+)"\]', DOCKER, re.MULTILINE)
    assert entry is not None
    assert entry[1] in project["scripts"]
    assert DOCKER.count("\nFROM ") == 2
    assert re.search(r"gcc|build-essential|https?://", DOCKER) is None
