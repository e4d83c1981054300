"""The command line: arguments are parsed, ``scheduler.app`` is called, answers are drawn.
A command's module is imported when the command runs.
``headrace.main`` starts it; nothing below it imports it.
"""
