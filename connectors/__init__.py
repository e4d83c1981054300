"""One folder per kind of source. A connector imports ``specs``, ``connectors.common`` and its own driver, nothing else.
No other package imports a connector: ``specs.registry`` finds it by name.
"""
