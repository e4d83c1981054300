"""The reference pages of ``docs/``, generated from commands, models and metrics.
Their introductions are in ``intros/``.
``make docs`` calls it, and the test that compares them.
"""
