"""Recipes from URLs: ``headrace crawl postgresql://user@host/db``, with references in any part of the URL.
A password in the URL is kept in memory and not in the recipe.
``scheduler.recipes`` and the command ``init`` call it.
"""
