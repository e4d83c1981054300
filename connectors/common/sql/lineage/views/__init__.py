"""The lineage of views: their definitions, what is read in them, and the entities that are made of that.
The source of lineage calls ``reader``.
"""
