"""The whole examination of ``headrace doctor``: the installation, the catalog, and the cluster if there is one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scheduler.app.catalog.catalog_place import find
from scheduler.app.doctor.doctor import examine
from scheduler.app.doctor.finding import Finding
from scheduler.local.folder import found
from specs.errors import HeadraceError

if TYPE_CHECKING:
    from workers.cluster.settings import Settings


@dataclass(frozen=True, slots=True)
class Examination:
    """All that was found."""

    findings: list[Finding]

    @property
    def ok(self) -> bool:
        return all(finding.level != "bad" for finding in self.findings)

    def as_json(self) -> dict[str, Any]:
        return {"ok": self.ok, "findings": [finding.as_json() for finding in self.findings]}


def examined(
    catalog: str | None, redis: str | None, settings: Callable[[], Settings], *, cluster: bool
) -> Iterator[Finding]:
    """Every finding as it comes. ``cluster``: look at it as one of several machines; so it is where a Redis is named,
    or one is up here, too. ``settings`` says how to reach it. What is wrong with settings is a finding as well."""
    try:
        place = find(catalog)
        named = redis or os.environ.get("HEADRACE_REDIS") or os.environ.get("HEADRACE_REDIS_FILE")
        wanted = bool(cluster or named or (not place.said and found()))
        begun = _begun(settings, cluster) if wanted and not place.url.startswith("sqlite") else None
        yield from examine(place.url)
        if wanted:  # a file does not hang, and must not be made while it is looked for
            yield from (begun or _begun(settings, cluster))()
    except HeadraceError as error:
        yield Finding("settings", "bad", error.what, error.remedy)


def _begun(settings: Callable[[], Settings], several: bool) -> Callable[[], Iterator[Finding]]:
    """A function that yields the findings about the cluster, which is examined at the same time as the rest."""
    try:
        given = settings()
    except HeadraceError as error:
        wrong = Finding("settings", "bad", error.what, error.remedy)
        return lambda: iter([wrong])

    from scheduler.app.doctor import cluster_findings

    return cluster_findings.begin(given, several=several)
