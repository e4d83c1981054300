"""Lineage as text: trees, diagrams, events of OpenLineage, tables of what a change reaches, changes in words.
Draws what ``scheduler.app.lineage`` answers, and the catalog's entities.
Commands call it.
"""
