"""Usage of databases, from query logs and from counters of servers: statements are counted by fingerprint, each
fingerprint is parsed once, and what it reads and writes is counted as often as it ran.

Connectors bind its sources; it reads what names mean from the catalog, through the resolver.
"""
