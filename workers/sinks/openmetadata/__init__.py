"""The OpenMetadata sink: entities created or updated over its REST API, deleted softly."""
