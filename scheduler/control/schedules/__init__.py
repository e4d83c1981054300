"""Runs by the clock: when a schedule is due, and what then happens.
The rows are those of ``workers.schedules``.
The scheduler process fires; the command ``schedule`` adds and shows.
"""
