"""Whether the key ranges read of one listing together cover every possible key."""

from __future__ import annotations

from collections.abc import Iterable

Span = tuple[str | None, str | None]
"""``(after, until)``: the keys behind ``after`` up to and including ``until``; ``None`` is no bound."""


def tiles(spans: Iterable[Span]) -> bool:
    """Whether ``spans`` leave no key out. They may overlap, because a resumed unit covers its beginning again.

    >>> tiles([(None, "m"), ("m", None)]), tiles([(None, "k"), ("m", None)])
    (True, False)
    """
    ordered = sorted(spans, key=lambda span: (span[0] is not None, span[0] or ""))
    reached: str | None = None
    for at, (after, until) in enumerate(ordered):
        if at == 0:
            if after is not None:
                return False
        elif after is not None and (reached is None or after > reached):
            return False
        if until is None:
            return True
        if reached is None or until > reached:
            reached = until
    return False
