"""The Celery application: messages are hints without content, and the broker is disposable.

A hint is acknowledged before its task runs, so that Redis keeps no state about it. The scheduler publishes a lost hint
again, and a superfluous one finds no unit to claim. Units, leases, delays and results are in the ledger.
"""

from __future__ import annotations

import ssl
from typing import Any

from celery import Celery
from kombu.entity import Queue

from workers.cluster.settings import QUEUES, Settings
from workers.queues.redis.url import canonical, parameters

TASK = "headrace.drain"
_CHECKED = {"none": ssl.CERT_NONE, "optional": ssl.CERT_OPTIONAL, "required": ssl.CERT_REQUIRED}


def make(settings: Settings) -> Celery:
    """The application of one cluster; it connects when it is first used. Raises ``UsageError`` for a wrong URL."""
    url = canonical(settings.redis.get_secret_value())
    app = Celery("headrace", broker=broker(url), set_as_current=False)
    app.conf.update(_conf(settings), broker_use_ssl=tls(url))
    return app


def broker(url: str) -> str:
    """A canonical URL in Celery's spelling: without parameters, and with another scheme for a socket."""
    head = url.partition("?")[0]
    if not head.startswith("unix://"):
        return head
    return f"redis+socket://{head.removeprefix('unix://')}?virtual_host={parameters(url).get('db', '0')}"


def tls(url: str) -> dict[str, Any] | None:
    """Celery's TLS settings for a ``rediss://`` URL; ``None`` for other URLs. The server's certificate is checked
    unless ``ssl_cert_reqs=none``."""
    if not url.startswith("rediss://"):
        return None
    asked = parameters(url)
    checked = _CHECKED[asked.get("ssl_cert_reqs", "required")]
    named = asked.get("ssl_check_hostname", "true") == "true" and checked is not ssl.CERT_NONE
    return {**asked, "ssl_cert_reqs": checked, "ssl_check_hostname": named}


def _conf(settings: Settings) -> dict[str, Any]:
    return {
        # hints: no results, no acknowledgements, nothing pickled, one queue each
        "task_ignore_result": True,
        "task_store_errors_even_if_ignored": False,
        "result_backend": None,
        "task_acks_late": False,
        "task_reject_on_worker_lost": False,
        "task_queues": [Queue(name) for name in QUEUES],  # type: ignore[no-untyped-call]
        "task_default_queue": QUEUES[0],
        "task_create_missing_queues": False,
        "accept_content": ["json"],
        "task_serializer": "json",
        "event_serializer": "json",
        "result_serializer": "json",
        "task_publish_retry_policy": {"max_retries": 3, "interval_start": 0.1, "interval_step": 0.3, "interval_max": 1},
        # workers: processes that take one hint at a time, and say nothing to each other
        "worker_pool": "prefork",
        "worker_consumer": "workers.cluster.hints.consumer:Prompt",
        "worker_prefetch_multiplier": 1,
        "worker_disable_prefetch": True,
        "worker_max_tasks_per_child": 200,
        "worker_send_task_events": False,
        "worker_enable_remote_control": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_soft_shutdown_timeout": 20.0,
        "worker_redirect_stdouts": False,
        # the broker: half-open connections are noticed, any outage is waited for
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": 5,
        "broker_channel_error_retry": True,  # a command that Redis refuses at its maxmemory ends no worker
        "broker_transport_options": {
            "ack_emulation": False,
            "global_keyprefix": f"{settings.prefix}:hints:",
            "socket_timeout": 10,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "health_check_interval": 10,
            "polling_interval": 0.25,  # seconds of one BRPOP, which the end of a worker waits for
        },
    }
