"""Questions and actions of people about runs: list them, examine, cancel and pause one, approve its deletions.
Every function returns data, whose ``as_json`` is the object that ``--json`` prints.
``scheduler.cli`` and the API for programs call it.
"""
