"""A DAG for Airflow 3 that crawls a service every night, retries what failed, and fails when a part stays missing.

Put it into Airflow's folder of DAGs, and Headrace into the environment of its workers. The recipe says what is crawled,
``HEADRACE_CATALOG`` where to; both hold references, no secrets.
"""

from __future__ import annotations

import os
from typing import Any

from airflow.sdk import dag, task

RECIPE = os.environ.get("SHOP_RECIPE", "/etc/headrace/shop.yml")


@task
def crawl() -> dict[str, Any]:
    """One run. What could not be read is no error of the task: it is in the result, and tried again below."""
    import headrace

    summary = headrace.crawl(RECIPE, workers=2)
    if summary.status == "failed":
        raise RuntimeError(f"{summary.run}: {summary.reason}")
    return summary.as_json()


@task
def try_again(crawled: dict[str, Any]) -> dict[str, Any]:
    """Crawl just what failed in that run."""
    import headrace

    if crawled["status"] != "partial":
        return crawled
    return headrace.retry(crawled["run"]).as_json()


@task
def changes(crawled: dict[str, Any]) -> list[str]:
    """What the night brought, for readers of the log."""
    import headrace

    with headrace.catalog() as catalog:
        found = [f"{each.kind} {each.type} {each.fqn}" for each in catalog.changes(run=crawled["run"])]
    print("\n".join(found) or "nothing changed")  # noqa: T201
    return found


@dag(schedule="0 3 * * *", catchup=False, max_active_runs=1, tags=["headrace"])
def crawl_shop() -> None:
    changes(try_again(crawl()))


crawl_shop()
