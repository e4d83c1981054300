"""Lineage in OpenMetadata: which edges there should be, and how they are brought. Only its sink calls it."""
