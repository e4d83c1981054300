"""The bounded sink queue between the walk and the ledger: in one process, over pipes, in Redis; and its flusher.
A full queue says so and never drops a batch.
``embedded`` and ``cluster`` build one; ``unit`` sees the protocol of ``specs.contracts`` only.
"""
