"""Abstract sources of databases, one per part: metadata, lineage, usage; each with its topology.
What they share is the way down to the schemas.
Connectors inherit from them, through ``specs.sources``, which exports them flat.
"""
