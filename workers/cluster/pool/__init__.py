"""The process behind ``headrace worker``: pool processes claim and run units; their parent watches memory and silence.
A pool process that has to go costs the unit in hand, no more than a few batches.
The command ``worker`` starts it.
"""
