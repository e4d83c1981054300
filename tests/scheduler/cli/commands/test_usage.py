"""``headrace usage``: of objects, of containers, and what nobody uses; as text and as JSON."""

from __future__ import annotations

from pathlib import Path

import pytest

from scheduler.app.runs.crawl import crawl
from tests.scheduler.app.usage.logged import log, recipe
from tests.scheduler.cli.commands.calling import called


@pytest.fixture
def catalog(tmp_path: Path) -> str:
    log(tmp_path, [(1, "ann", "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer WHERE o.id = 7")] * 2)
    crawl(recipe(tmp_path), catalog=f"sqlite:///{tmp_path / 'catalog.db'}")
    return str(tmp_path / "catalog.db")


def test_usage_is_told_as_text_and_as_json(catalog: str) -> None:
    text = called("usage", "shop.main.main.orders", "--catalog", catalog).out
    assert "statements  2: 2 read it, 0 changed it" in text
    assert "where o.id = ?" in text
    assert "customer = id" in text
    told = called("usage", "shop.main.main.orders", "--catalog", catalog, "--json").json
    assert (told["use"]["queries"], told["use"]["user_names"]) == (2, ["ann"])
    assert "not used" in called("usage", "shop.main.main.idle", "--catalog", catalog).out
    assert "main.main.customers" in called("usage", "shop", "--catalog", catalog).out
    assert called("usage", "shop", "--catalog", catalog, "--json").json["accounts"][1]["resolved"] == 2
    line = "usage       2 statements by 1 user since 2026-11-28, last on 2026-11-28"
    assert line in called("show", "shop.main.main.orders", "--catalog", catalog).out


def test_what_nobody_uses_is_listed(catalog: str) -> None:
    text = called("usage", "--unused", "90d", "--catalog", catalog).out
    assert "shop.main.main.idle" in text
    assert "Only 3 of these days were read." in text
    (told,) = called("usage", "shop", "--unused", "90d", "--catalog", catalog, "--json").json
    assert told["objects"] == {"shop.main.main.big": None, "shop.main.main.idle": None}
    assert called("usage", "--unused", "soon", "--catalog", catalog).code == 1
    assert called("usage", "--catalog", catalog).code == 1
