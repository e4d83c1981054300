"""Abstract sources of services other than databases, one module per family, each with its topology.
Their common base is in ``specs.sources.service``.
Connectors inherit from them, through ``specs.sources``, which exports them flat.
"""
