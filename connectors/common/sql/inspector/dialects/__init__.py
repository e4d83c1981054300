"""Differences of single dialects: facts that they leave out, and their own spellings.
Only the source beside it may call it.
"""
