"""Runs by the clock: when a schedule is due, and what then happens."""
