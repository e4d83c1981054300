"""The lineage of routines and triggers: their bodies, what is read in them, and the entities that are made of that.
The source of lineage calls ``reader``.
"""
