"""The protocols that parts other than metadata build on: what the catalog knows of objects, the parser of statements,
profiles and samples.
Sources of these parts call them; ``workers`` and ``connectors.common`` implement them.
"""
