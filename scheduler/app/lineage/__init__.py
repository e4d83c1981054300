"""Lineage: what feeds an object or a column, what it feeds, what a change of it would reach, and what SQL says of it.
Graphs come from the catalog's edges; memory and time are bounded whatever the graph.
Commands call it.
"""
