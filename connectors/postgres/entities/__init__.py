"""Builds entities from the rows of one slice."""
