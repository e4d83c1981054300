"""The secrets of a recipe: kept in memory, asked of the person, or left as references to the machine that has them.
A stored recipe contains only references.
``scheduler.recipes`` calls it; commands answer prompts with it.
"""
