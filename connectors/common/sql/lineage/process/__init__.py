"""Parsers in a process of their own, which a text may bring down or hold up without harm to anything else.
Sources call ``parser_process``; the process itself runs ``child``.
"""
