"""Abstract sources of databases, one per part: metadata, lineage, usage; each with its topology.
They share the nodes from the service down to the schemas.
Connectors inherit from them, through ``specs.sources``, which exports them flat.
"""
