"""The data plane: units are claimed, walked, queued, stored and sent on. Celery, Redis and SQLAlchemy stay here.

Imports point down: ``embedded``, ``cluster`` -> ``unit``, ``feed``, ``schedules`` -> ``ledger`` -> ``catalog``,
``queues``, ``sinks`` -> ``metrics`` -> ``presence`` -> ``store`` -> ``process``.
"""
