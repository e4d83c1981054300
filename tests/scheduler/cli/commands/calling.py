"""Calls the command in this process, and makes small catalogs to ask."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from scheduler.cli.cli import run

RECIPE = """
service: {name: shop, type: "specs.testing.fake:spec"}
connection:
  schemas: 2
  tables: 6
  triggers: 0.5
  broken: %(broken)s
  version: %(version)s
  dropped: %(dropped)s
  changed: %(changed)s
extract: {metadata: {tables: {exclude: ["3$"]}}}
deletion: {max_fraction: 0, max_objects: 0}
"""


class Called(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def called(*arguments: str) -> Called:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run(arguments)
    return Called(code, out.getvalue(), err.getvalue())


class Estate(NamedTuple):
    catalog: str
    first: str
    last: str
    recipe: str

    def ask(self, *arguments: str) -> Called:
        return called(*arguments, "--catalog", self.catalog)


def crawled(recipe: Path, catalog: str, code: int, **changes: Any) -> str:
    values = {"broken": 0, "version": 0, "dropped": [], "changed": []} | changes
    recipe.write_text(RECIPE % {key: json.dumps(value) for key, value in values.items()})
    done = called("crawl", str(recipe), "--catalog", catalog, "--json", "--quiet")
    assert done.code == code, done.err
    return str(done.json["run"])
