"""One module per command, named as the command is. Each parses, calls and draws.
``scheduler.cli`` imports them when they run.
"""
