"""The events of OpenLineage that tell of our entities."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from specs import names
from specs.recipe.dataset_names import DatasetNames
from workers.sinks.openlineage.config import OpenLineageConfig
from workers.sinks.openlineage.events import facets, jobs
from workers.sinks.openlineage.events.facets import PRODUCER, SPEC, Content

Event = dict[str, Any]
RUNS = uuid.UUID("5d4a5c3e-7c1f-5f0e-9a53-0f6f3c1f9f52")
"""The namespace of the ids of runs, which are made of a job and its lineage: the same lineage is the same run."""


def now() -> datetime:
    return datetime.now(UTC)


class Events:
    """Makes events; ``namespace`` tells that of a service of which the settings tell none, and ``clock`` when events
    happen, since changes do not tell when they were found."""

    def __init__(
        self, config: OpenLineageConfig, namespace: Callable[[str], str | None], clock: Callable[[], datetime] = now
    ) -> None:
        self._names = DatasetNames(lambda service: config.namespaces.get(service) or namespace(service))
        self._jobs = config.job_namespace
        self.static = config.events == "static"
        self._clock = clock

    def of_table(self, content: Content) -> list[Event]:
        own = self._names.of(content["fqn"])
        return self._of_dataset(content["fqn"], facets.of_table(content, own, names.split(content["fqn"])[0]))

    def of_dropped(self, fqn: str) -> list[Event]:
        return self._of_dataset(fqn, facets.dropped())

    def of_unfed(self, fqn: str) -> list[Event]:
        """A table that nothing feeds any more."""
        return self._of_dataset(fqn, facets.unfed())

    def of_lineage(
        self, lineage: Content, told: Content | None, tables: Mapping[str, Content] | None = None
    ) -> list[Event]:
        """A job that feeds datasets. ``told`` is the content of the view or routine that it is, ``tables`` those of its
        datasets: both where they are known. A run tells of its datasets, too, since there are no other events."""
        read, written = jobs.inputs(lineage, self._names), jobs.outputs(lineage, self._names)
        for fqn, dataset in ({} if self.static else {**read, **written}).items():
            if tables and fqn in tables:
                own = self._names.of(fqn)
                dataset["facets"] |= facets.of_table(tables[fqn], own, names.split(fqn)[0])
        job = self._job(lineage["fqn"], jobs.job_facets(lineage, told))
        made = {"job": job, "inputs": list(read.values()), "outputs": list(written.values())}
        if self.static:
            return [self._event("JobEvent", **made)]
        state = hashlib.blake2b(json.dumps([lineage, told], sort_keys=True).encode(), digest_size=16).hexdigest()
        run = {"runId": str(uuid.uuid5(RUNS, f"{self._jobs} {lineage['fqn']} {state}")), "facets": {}}
        return [self._event("RunEvent", eventType="COMPLETE", run=run, **made)]

    def of_lost_lineage(self, fqn: str) -> list[Event]:
        """A job that feeds nothing any more. What ran has run: of runs there is nothing to tell."""
        made = {"job": self._job(fqn, {}), "inputs": [], "outputs": []}
        return [self._event("JobEvent", **made)] if self.static else []

    def _of_dataset(self, fqn: str, found: dict[str, Any]) -> list[Event]:
        dataset = {**self._names.of(fqn).as_json(), "facets": found}
        return [self._event("DatasetEvent", dataset=dataset)] if self.static else []

    def _job(self, fqn: str, found: dict[str, Any]) -> dict[str, Any]:
        return {"namespace": self._jobs, "name": fqn, "facets": found}

    def _event(self, kind: str, **values: Any) -> Event:
        return {
            "eventTime": self._clock().isoformat(), "producer": PRODUCER,
            "schemaURL": f"{SPEC}/2-0-2/OpenLineage.json#/$defs/{kind}", **values,
        }  # fmt: skip


def line(event: Event) -> str:
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))
