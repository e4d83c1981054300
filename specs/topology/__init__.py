"""How a service is walked: nodes and stages, scopes and ranges, the pure walk over them, and the events it yields."""
