"""The days of a log: where they lie in its files, and what has to be read for each. Parts that walk days ask it."""
