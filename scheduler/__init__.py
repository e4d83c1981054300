"""The control plane: what people can ask, what a scheduler does by itself, and how both are shown.

Imports point down: ``cli`` -> ``app`` -> ``local`` -> ``control`` -> ``recipes``, and to ``workers`` and ``specs``.
"""
