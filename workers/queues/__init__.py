"""The bounded sink queue between the walk and the ledger, in memory, over pipes and in Redis; and the flusher that
empties it. A full queue makes the producer wait and never drops a batch.
``embedded`` and ``cluster`` build one; ``unit`` knows only the protocol of ``specs.contracts``.
"""
