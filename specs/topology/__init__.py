"""The walk over a service: nodes and stages, scopes and ranges, the pure walk itself, and the events that it yields.
Sources define topologies with it, ``workers.unit`` walks them.
"""
