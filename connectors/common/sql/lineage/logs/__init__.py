"""The lineage that query logs tell: what statements moved, replayed session by session, and gathered by the objects
that they wrote. The source of lineage calls ``reading`` and ``telling``.
"""
