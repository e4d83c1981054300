"""All metrics: their names, meanings and labels. ``MetricsPage`` refuses any other."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Family(NamedTuple):
    """``labels`` are all labels of each sample; ``what`` is the HELP line."""

    name: str
    type: Literal["gauge", "counter"]
    what: str
    labels: tuple[str, ...] = ()


_SERVICE = ("service",)
_PROCESS = ("process", "kind", "queue")
RUNS = (
    Family("headrace_runs", "gauge", "Runs in the ledger.", ("service", "state")),
    Family(
        "headrace_last_run_end_timestamp_seconds", "gauge", "When the last run that ended so did.", ("service", "state")
    ),
    Family("headrace_open_run_seconds", "gauge", "Seconds since the open run was opened.", _SERVICE),
    Family("headrace_open_run_paused", "gauge", "1 while the open run is paused.", _SERVICE),
    Family(
        "headrace_units", "gauge", "Units of the open run; finished: done, failed or cancelled.", ("service", "state")
    ),
    Family(
        "headrace_ready_wait_seconds",
        "gauge",
        "Seconds in which no unit was claimed while some were ready; 0 when none is ready.",
        _SERVICE,
    ),
    Family("headrace_entities_committed_total", "counter", "Entities that runs committed to the catalog.", _SERVICE),
    Family("headrace_failures_total", "counter", "Objects that were listed and could not be read.", _SERVICE),
    Family("headrace_statements_total", "counter", "Statements and requests that sources were sent.", _SERVICE),
    Family(
        "headrace_leases_expired_total", "counter", "Leases of units that ran out: their worker was silent.", _SERVICE
    ),
    Family(
        "headrace_fenced_writes_total", "counter", "Writes refused because another worker holds the unit now.", _SERVICE
    ),
    Family("headrace_crashes_total", "counter", "Units given back because their process died.", _SERVICE),
    Family(
        "headrace_quarantined_objects",
        "gauge",
        "Objects left out of the newest run because reading them kills.",
        _SERVICE,
    ),
    Family("headrace_slots", "gauge", "How many units of a service may be read at once.", ("service", "state")),
    Family("headrace_breaker_open", "gauge", "1 while a service that kept failing is left alone.", _SERVICE),
    Family("headrace_service_failing", "gauge", "Failures in a row of a service.", _SERVICE),
)
QUEUE = (
    Family("headrace_queue_up", "gauge", "1 when Redis answered."),
    Family("headrace_queue_entries", "gauge", "Batches that wait for a flusher.", ("shard",)),
    Family("headrace_queue_bytes", "gauge", "Bytes that wait for a flusher.", ("shard",)),
    Family("headrace_queue_limit_bytes", "gauge", "Bytes at which a shard is full and workers wait.", ("shard",)),
    Family("headrace_queue_oldest_seconds", "gauge", "Age of the batch that has waited longest.", ("shard",)),
    Family("headrace_queue_torn", "gauge", "Batches that could not be read; their units were read again."),
    Family("headrace_shard_held", "gauge", "1 while a flusher holds the shard.", ("shard",)),
)
SINKS = (
    Family("headrace_sink_lag_events", "gauge", "Changes that a sink has not acknowledged.", ("sink",)),
    Family(
        "headrace_sink_lag_seconds", "gauge", "Age of the oldest change that a sink has not acknowledged.", ("sink",)
    ),
    Family("headrace_sink_failing", "gauge", "Deliveries to a sink that failed in a row.", ("sink",)),
    Family("headrace_sink_state", "gauge", "1 for the state that a sink is in.", ("sink", "state")),
    Family("headrace_dead_letters", "gauge", "Changes that a sink refused for good.", ("sink",)),
)
SCHEDULES = (
    Family("headrace_schedule_paused", "gauge", "1 while a schedule is paused.", ("schedule",)),
    Family(
        "headrace_schedule_last_fire_timestamp_seconds",
        "gauge",
        "The last time of a schedule that was settled.",
        ("schedule", "outcome"),
    ),
    Family("headrace_leader_held", "gauge", "1 while a process holds the role.", ("role",)),
)
PROCESSES = (
    Family("headrace_processes", "gauge", "Processes heard of in the last 30 seconds.", ("kind", "queue")),
    Family("headrace_process_resident_bytes", "gauge", "Resident memory of a process.", _PROCESS),
    Family("headrace_process_budget_bytes", "gauge", "Memory that a process may use.", _PROCESS),
    Family("headrace_process_uptime_seconds", "gauge", "Seconds since a process first told of itself.", _PROCESS),
)
COUNTED = (
    Family("headrace_process_claims_total", "counter", "Units that a process claimed.", _PROCESS),
    Family("headrace_process_empty_claims_total", "counter", "Claims that found nothing ready.", _PROCESS),
    Family(
        "headrace_process_full_seconds_total",
        "counter",
        "Seconds in which a process waited for room in the queue.",
        _PROCESS,
    ),
    Family("headrace_process_batches_committed_total", "counter", "Batches that a flusher committed.", _PROCESS),
    Family("headrace_process_commit_seconds_total", "counter", "Seconds that commits took.", _PROCESS),
    Family(
        "headrace_process_reconnects_total",
        "counter",
        "Times that Redis, the catalog or the source was out of reach and tried again.",
        _PROCESS,
    ),
)
"""The counters that processes keep themselves: see ``Counters``."""
OWN = (Family("headrace_scrape_seconds", "gauge", "Seconds that reading these metrics took."),)
GROUPS = {
    "Runs and units": RUNS,
    "The sink queue": QUEUE,
    "External sinks": SINKS,
    "Schedules and roles": SCHEDULES,
    "Processes": (*PROCESSES, *COUNTED),
    "The metrics": OWN,
}
FAMILIES = {family.name: family for group in GROUPS.values() for family in group}
