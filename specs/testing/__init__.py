"""The suites that connectors, ledgers, queues and sinks must pass, and fakes for tests and experiments.

``fake`` and ``harvest`` need nothing but the language; the suites need pytest, ``topologies`` needs Hypothesis.
"""
