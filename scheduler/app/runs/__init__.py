"""A run that a person starts: opened, driven or watched to its end, its sinks fed, its results summed up.
On this machine (``crawl``) or on a cluster (``cluster``).
``scheduler.cli`` and the API for programs call it.
"""
