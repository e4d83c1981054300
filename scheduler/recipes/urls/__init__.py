"""Recipes from URLs: ``headrace crawl postgresql://user@host/db``, with references in any part of the URL.
Passwords are kept aside.
``scheduler.recipes`` and the command ``init`` call it.
"""
