"""One module per command, named as the command is, in the folder of its section. Each parses, calls and draws.

``scheduler.cli`` imports them when they run.
"""
