"""Findings about an installation, a catalog, a cluster, a sink or a connection, each with its remedy.
Calls that hang are given up after a few seconds.
The commands ``doctor`` and ``check`` call it.
"""
