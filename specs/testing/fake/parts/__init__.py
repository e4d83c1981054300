"""The parts of the fake service beside its metadata, each a source over the same schemas.
The spec of the fake service names them; a run imports one when it asks for it.
"""
