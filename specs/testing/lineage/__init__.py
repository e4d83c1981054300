"""Statements with the lineage that the documentation of their dialect gives them: one file of JSON lines per dialect,
in the protocol of ``headrace lineage parse`` with ``expected`` beside each. Read by ``headrace lineage score``.
"""
