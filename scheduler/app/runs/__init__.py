"""A run that a person starts: it is opened, worked on or watched until it is closed, its sinks are fed, and its results
are summarised. On this machine (``crawl``) or on a cluster (``cluster``).
``scheduler.cli`` and the API for programs call it.
"""
