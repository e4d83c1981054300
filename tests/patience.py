"""How long a test waits for what must happen. One number, because a busy machine slows everything alike."""

PATIENCE = 240.0
"""Seconds until a process, a thread or a state that is waited for counts as hanging. Far more than any of them takes on
a machine that runs ten other things: what is late is no failure, what never comes is."""
