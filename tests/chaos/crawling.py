"""A crawl in a process of its own, as the command line runs one; its first argument is a JSON of what to do."""

from __future__ import annotations

import json
import sys

from scheduler.app.runs.crawl import crawl, resume
from scheduler.app.runs.summary import Summary
from specs.recipe.recipe import Recipe


def main(order: dict[str, object]) -> Summary:
    catalog, workers = str(order["catalog"]), int(str(order["workers"]))
    if "run" in order:
        return resume(str(order["run"]), catalog=catalog, workers=workers)
    return crawl(Recipe.from_dict(order["recipe"]), catalog=catalog, workers=workers)


if __name__ == "__main__":
    summary = main(json.loads(sys.argv[1]))
    sys.stdout.write(json.dumps({**summary.as_json(), "exit_code": summary.exit_code}) + "\n")
