"""Runs by the clock: when a schedule is due, and how its run is opened then.
``workers.schedules`` owns the tables.
The scheduler process fires schedules; the command ``schedule`` adds and shows them.
"""
