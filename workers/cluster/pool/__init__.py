"""The process behind ``headrace worker``: pool processes claim and run units; their parent watches memory and silence.
When a pool process is killed, its unit goes on in another one, which reads a few batches again.
The command ``worker`` starts it.
"""
