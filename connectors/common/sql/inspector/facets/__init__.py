"""What is read of each relation of a slice through the inspector.
The source may call it.
"""
