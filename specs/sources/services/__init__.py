"""Abstract sources of services that are no databases, one module per family, each with its topology.
What they share lies in ``specs.sources.service``.
Connectors inherit from them, through ``specs.sources``, which exports them flat.
"""
