"""Templates that were not rendered: what dbt and Jinja leave in SQL becomes SQL that names the same relations."""

from __future__ import annotations

import re

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
BLOCK = re.compile(r"\{%-?\s*(\w+)?.*?%\}", re.DOTALL)
VALUE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
REFERENCE = re.compile(r"^\s*[-+]?\s*(ref|source)\s*\((.*)\)\s*[-+]?\s*$", re.DOTALL)
TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")
NO_VALUE = re.compile(r"^\s*[-+]?\s*(config|set|do|log|print|return)\b")
ELSE = re.compile(r"\{%-?\s*(?:else|elif)\b.*?(?=\{%-?\s*endif\b)", re.DOTALL)


def rendered(sql: str) -> str:
    """The text with references as names and other expressions as one word each; of branches the first is kept."""
    if "{{" not in sql and "{%" not in sql and "{#" not in sql:
        return sql
    sql = ELSE.sub("", COMMENT.sub(" ", sql))
    return VALUE.sub(_value, BLOCK.sub(" ", sql))


def _value(found: re.Match[str]) -> str:
    said = found[1]
    if NO_VALUE.match(said):
        return " "
    reference = REFERENCE.match(said)
    if reference is not None:
        names = [one or other for one, other in TEXT.findall(reference[2])]
        return ".".join(names) if reference[1] == "source" else names[-1] if names else "unknown"
    if said.strip(" -+") == "this":
        return "this"
    word = re.sub(r"\W+", "_", said).strip("_")
    return word or "value"
