"""Query logs: which statements ran, when, for whom; from files of servers and from exports, in bounded memory.

Statements are told apart by fingerprint, without their literals, which are data. Connectors of databases read logs
with it, for lineage and for usage; it opens no connection to a server.
"""
