"""What may be secret in a recipe: moved into memory, asked for, or left to the machine that has it.
What is stored holds references only.
``scheduler.recipes`` calls it; commands answer prompts with it.
"""
