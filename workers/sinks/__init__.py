"""External sinks, to which a run's result is sent besides the catalog: one folder per sink, and the sinks of a recipe.
A folder holds the sink's spec, its settings and its code; sinks of other distributions are found by entry point.
The feed, the end of a crawl, recipes and ``headrace check`` call it.
"""

from __future__ import annotations

from workers.sinks.recipe_sinks import Configured, configured, label_of, mode_of

__all__ = ["Configured", "configured", "label_of", "mode_of"]
