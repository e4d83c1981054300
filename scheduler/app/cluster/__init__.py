"""The present state of a whole cluster, read at once.
A reading that takes longer than a few seconds is given up, with an error that names what hangs.
``scheduler.cli`` calls it.
"""
