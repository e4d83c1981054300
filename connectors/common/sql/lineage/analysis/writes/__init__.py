"""What statements write: one module per kind, each from a parsed statement to what it says of its target.
Called by the analysis of statements.
"""
