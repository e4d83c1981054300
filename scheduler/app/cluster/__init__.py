"""What a cluster is doing, all of it at a look.
A look that is not answered within a few seconds is given up, and says what hangs.
``scheduler.cli`` calls it.
"""
