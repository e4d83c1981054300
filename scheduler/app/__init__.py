"""What people can ask, as functions that return data: plans, a look at a cluster, and the API for programs.
Nothing here parses arguments or draws.
``scheduler.cli`` and programs call it.
"""
