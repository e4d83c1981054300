"""Log lines tell whose unit they are about, as text and as JSON, and no password."""

from __future__ import annotations

import json
import logging
import sys
import threading

from workers.process.logs import Json, Plain, context, masked


def record(message: str, *arguments: object, exc_info: object = None) -> logging.LogRecord:
    return logging.LogRecord("headrace.worker", logging.WARNING, "x.py", 1, message, arguments, exc_info)  # type: ignore[arg-type]


def test_json_has_run_unit_and_fence() -> None:
    lines = Json("worker")
    with context(run="r1"), context(unit="u1", fence=-5):
        told = json.loads(lines.format(record("gave %s back", "it")))
    assert told["message"] == "gave it back"
    assert (told["level"], told["logger"], told["process"]) == ("warning", "headrace.worker", "worker")
    assert (told["run"], told["unit"], told["fence"]) == ("r1", "u1", "-5")
    assert told["time"].endswith("Z")
    after = json.loads(lines.format(record("else")))
    assert not {"run", "unit", "fence"} & after.keys()


def test_plain_shows_them_too() -> None:
    lines = Plain("worker")
    with context(run="r1", unit="u1", fence=7):
        assert lines.format(record("hello")).endswith("headrace.worker: hello  run=r1 unit=u1 fence=7")
    assert lines.format(record("hello")).endswith("headrace.worker: hello")
    assert "WARNING worker[" in lines.format(record("hello"))


def test_an_inner_context_ends() -> None:
    lines = Plain("")
    with context(run="r1"):
        with context(unit="u1"):
            pass
        assert lines.format(record("x")).endswith("x  run=r1")


def test_another_thread_has_its_own() -> None:
    told: list[str] = []
    with context(run="r1"):
        thread = threading.Thread(target=lambda: told.append(Plain("").format(record("x"))))
        thread.start()
        thread.join()
    assert told[0].endswith("headrace.worker: x")


def test_parameters_of_urls_are_masked_unless_they_are_harmless() -> None:
    said = masked("cannot reach 'postgresql://h/d?sslmode=require&password=geheim&token=x%20y', or http://h/a?b")
    assert said == "cannot reach 'postgresql://h/d?sslmode=require&password=***&token=***', or http://h/a?b"


def test_passwords_in_urls_are_masked_wherever_they_come_from() -> None:
    url = "redis://user:s3cret@host/0"
    try:
        raise ValueError(f"cannot connect to {url}")
    except ValueError:
        found = record("lost %s", url, exc_info=sys.exc_info())
    for lines in (Json("worker"), Plain("worker")):
        found.exc_text = None
        text = lines.format(found)
        assert "s3cret" not in text
        assert text.count("redis://user:***@host/0") == 2


def test_a_name_cannot_write_lines_of_its_own() -> None:
    text = Plain("worker").format(record("%s is given back", "shop.a\n2026 INFO \x1b[31mforged"))
    assert "\n" not in text
    assert "\x1b" not in text
    assert "shop.a\\x0a2026" in text
