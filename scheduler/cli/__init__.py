"""The command line: it parses arguments, calls ``scheduler.app`` and prints the results.
A command's module is imported when the command runs.
``headrace.main`` starts it; nothing below it imports it.
"""
