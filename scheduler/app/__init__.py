"""Everything that commands and programs can ask or do, as functions that return data: crawls, plans, the history of
runs, the state of a cluster, findings of the doctor. Nothing here parses arguments or draws.
``scheduler.cli`` and programs call it.
"""
