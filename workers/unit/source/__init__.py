"""The source that a unit reads: built from recipe and spec, kept open between units, its server identified, and asked
whether suspects still exist. Connectors are found by ``specs.registry``, never imported.
``workers.unit`` calls it; commands build a source with it.
"""
