"""Secrets planted wherever a person may write one, then searched for in all that is stored, printed and logged."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.scheduler.cli import vault
from tests.scheduler.cli.commands.calling import Called, called
from tests.servers.receiver import Receiver

PLACES = (
    "url_password", "url_token", "url_odbc_connect", "url_sslpassword", "url_options", "url_unheard", "url_twice_1",
    "url_twice_2", "url_encoded", "args_password", "args_unheard", "args_nested", "args_list", "args_header",
    "args_auth_1", "args_auth_2", "args_dsn", "args_proxy", "on_connect_pragma", "on_connect_set", "on_connect_odd",
    "on_connect_attach", "hook_header", "hook_query", "hook_hmac", "hook_path", "om_token", "om_header", "dh_token",
)  # fmt: skip
SECRETS = {place: f"geheim {at}/{place.replace('_', '')}9x" for at, place in enumerate(PLACES)}
SECRETS |= {"hook_path": "T0geheim29hookpath9x", "dh_token": "geheim-30-dhtoken9x"}
PIN = 805306457


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    vault.register()
    with closing(sqlite3.connect(tmp_path / "shop.db")) as source:
        source.execute("CREATE TABLE orders(id INTEGER PRIMARY KEY, total NUMERIC)")
        source.execute("CREATE VIEW totals AS SELECT total FROM orders")
    with Receiver(lambda _: (200, {"noCode": "true", "version": "1"})) as receiver:
        yield Person(tmp_path, receiver)


class Person:
    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self.folder, self.receiver = folder, receiver
        self.recipe = folder / "recipe.json"
        self.catalog = folder / "kept" / "catalog.db"
        self.catalog.parent.mkdir()
        self.said: list[Called] = []

    def writes(self, database: str, *, sinks: bool = True, typed: bool = True) -> None:
        text = {place: secret if typed else f"${{env:{place.upper()}}}" for place, secret in SECRETS.items()}
        url = {place: quote(secret, safe="") if typed else secret for place, secret in text.items()}
        recipe = {
            "service": {"name": "shop", "type": "sqlalchemy"},
            "connection": {
                "url": f"vault+talkative://me:{url['url_password']}@host/{database}?connect_timeout=10&sslmode=require"
                f"&token={url['url_token']}&sslpassword={url['url_sslpassword']}&odbc_connect=DRIVER%3D%7Bx%7D%3BPWD%3D"
                f"{url['url_odbc_connect']}&options=-c%20{url['url_options']}&unheard={url['url_unheard']}"
                f"&host={url['url_twice_1']}=x&host={url['url_twice_2']}%3Bx&%70%77%64={url['url_encoded']}",
                "database": "db",
                "connect_args": {
                    "timeout": 30, "password": text["args_password"], "unheard": text["args_unheard"], "pin": PIN,
                    "deep": {"er": [{"x": text["args_nested"]}, text["args_list"]]},
                    "http_headers": {"X-Key": text["args_header"]},
                    "auth": [text["args_auth_1"], text["args_auth_2"]],
                    "dsn": f"host=h password={text['args_dsn']}",
                    "proxy": f"http://p:{url['args_proxy']}@proxy:3128",
                },
                "on_connect": [
                    "PRAGMA cache_size = 100", f"PRAGMA key = '{text['on_connect_pragma']}'",
                    f"SELECT 'set app.key', '{text['on_connect_set']}'",
                    f"SELECT 1, 'x' AS \"{text['on_connect_odd']}\"",
                    f"SELECT 'ATTACH', 'user={text['on_connect_attach']}'",
                ],
            },
        }  # fmt: skip
        if sinks:
            recipe["sinks"] = self.sinks(text, url)
        self.recipe.write_text(json.dumps(recipe))

    def sinks(self, text: dict[str, str], url: dict[str, str]) -> list[dict[str, object]]:
        at = self.receiver.url
        return [
            {"type": "jsonl", "path": str(self.folder / "kept" / "out.jsonl")},
            {
                "type": "webhook", "url": f"{at}/services/{text['hook_path']}?sig={url['hook_query']}&timeout=3",
                "headers": {"X-Database": text["hook_header"]}, "hmac_secret": text["hook_hmac"],
            },
            {
                "type": "openmetadata", "url": f"{at}/api", "token": text["om_token"].replace(" ", "-"),
                "headers": {"X-Api": text["om_header"]},
            },
            {"type": "datahub", "url": f"{at}/gms", "token": text["dh_token"]},
        ]  # fmt: skip

    def types(self, *words: str) -> Called:
        self.said.append(called(*words))
        return self.said[-1]

    def asks(self, *words: str) -> Called:
        return self.types(*words, "--catalog", str(self.catalog))

    def leaks(self) -> list[tuple[str, str]]:
        """Where a secret shows, in any spelling: files beside the recipe and the source, and all that was printed."""
        places = {str(path): path.read_bytes().decode("latin-1") for path in self.catalog.parent.rglob("*")}
        places |= {f"output {at}": each.out + each.err for at, each in enumerate(self.said)}
        if self.catalog.exists():
            with closing(sqlite3.connect(self.catalog)) as database:
                places["tables"] = "\n".join(database.iterdump())
        needles = {place: {secret, quote(secret, safe=""), quote(secret)} for place, secret in SECRETS.items()}
        needles |= {"pin": {str(PIN)}, "om_token": {SECRETS["om_token"].replace(" ", "-")}}
        return [
            (place, where) for place, spellings in needles.items() for where, content in places.items()
            if any(each in content for each in spellings)
        ]  # fmt: skip


def test_nothing_typed_is_stored_printed_or_logged(person: Person) -> None:
    person.writes(f"{person.folder}/shop.db"[1:])
    crawl = person.asks("crawl", str(person.recipe), "--json")
    assert (crawl.code, crawl.json["status"]) == (0, "complete"), crawl.err
    run = crawl.json["run"]
    for words in (
        ("runs", "--json"), ("status", run), ("status", run, "--json"), ("failures", run), ("export",), ("tree",),
        ("doctor", "--json"), ("dead", "list", "--json"), ("changes",), ("show", "shop", "--json"),
    ):  # fmt: skip
        assert person.asks(*words).code == 0, words
    assert person.types("plan", str(person.recipe), "--json").code == 0
    assert person.types("check", str(person.recipe), "--json").code == 0
    assert person.leaks() == []
    sent = {path.path.partition("?")[0] for path in person.receiver.requests}
    assert f"/services/{SECRETS['hook_path']}" in sent  # it was used all the same


def test_errors_that_repeat_what_they_were_given_show_nothing(person: Person) -> None:
    person.writes("nothing", sinks=False)
    assert person.asks("crawl", str(person.recipe)).code == 2
    assert person.types("check", str(person.recipe)).code == 2
    assert "refused, given" in person.said[-1].out + person.said[-1].err
    assert person.types("plan", str(person.recipe)).code == 2
    assert person.leaks() == []


def test_what_workers_would_have_to_type_is_refused_unstored(person: Person) -> None:
    person.writes(f"{person.folder}/shop.db"[1:])
    assert person.asks("enqueue", str(person.recipe)).code == 1
    assert person.asks("schedule", "add", "nightly", str(person.recipe), "--cron", "0 3 * * *").code == 1
    assert len(person.said) == 2
    assert not person.catalog.exists()
    assert person.leaks() == []


def test_references_and_harmless_settings_are_stored_as_they_are(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, secret in SECRETS.items():
        monkeypatch.setenv(place.upper(), secret.replace(" ", "-") if place == "om_token" else secret)
    person.writes(f"{person.folder}/shop.db"[1:], typed=False)
    written = json.loads(person.recipe.read_text())
    written["connection"]["connect_args"].pop("pin")
    person.recipe.write_text(json.dumps(written))
    assert person.asks("schedule", "add", "nightly", str(person.recipe), "--cron", "0 3 * * *").code == 0
    with closing(sqlite3.connect(person.catalog)) as database:
        stored = json.loads(database.execute("SELECT recipe FROM schedules").fetchone()[0])
    assert stored["connection"] == written["connection"]
    assert stored["sinks"] == written["sinks"]
    assert "not stored" not in person.said[-1].err
    assert person.leaks() == []
