"""One catalog, crawled again and again from a fake service: what tests of whole runs share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scheduler.app.runs.crawl import crawl, retry
from scheduler.app.runs.summary import Summary
from specs.recipe.recipe import Recipe
from workers.catalog import Catalog
from workers.store.database import open_database


class Estate:
    """One catalog, crawled again and again from a fake service."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder / 'catalog.db'}"

    def recipe(self, *, recipe: dict[str, Any] | None = None, **connection: Any) -> Recipe:
        size = {"schemas": 2, "tables": 12, "columns": 3}
        given = {"service": {"name": "shop", "type": "specs.testing.fake:spec"}, "connection": size | connection}
        return Recipe.from_dict(given | (recipe or {}))

    def crawl(self, *, workers: int = 1, accept: bool = False, **options: Any) -> Summary:
        summary = crawl(self.recipe(**options), catalog=self.url, workers=workers, accept_identity=accept)
        if summary.status in ("complete", "partial"):
            assert summary.reconciles, summary
        return summary

    def retry(self, run: str) -> Summary:
        summary = retry(run, catalog=self.url)
        assert summary.reconciles, summary
        return summary

    def export(self) -> list[str]:
        db = open_database(self.url)
        try:
            return list(Catalog(db).export())
        finally:
            db.close()

    def state(self, fqn: str) -> str | None:
        """``live``, ``missing`` or ``None``."""
        for line in self.export():
            entity = json.loads(line)
            if entity["fqn"] == fqn:
                return str(entity.get("state", "live"))
        return None
