"""What is wrong with an installation, a catalog, a cluster, a sink or a connection; each finding with its remedy.
Questions are given up after a few seconds.
The commands ``doctor`` and ``check`` call it.
"""
