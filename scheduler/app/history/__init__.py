"""What people ask about runs that were opened, and do to them: list, examine, cancel, let rest, approve.
Every function answers with data, whose ``as_json`` is what ``--json`` prints.
``scheduler.cli`` and the API for programs call it.
"""
