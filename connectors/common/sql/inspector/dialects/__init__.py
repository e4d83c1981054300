"""What single dialects leave out or spell in their own way.
The source beside it may call it.
"""
