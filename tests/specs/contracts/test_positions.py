"""How positions relate where several servers number their changes in one stream, as those of MariaDB do."""

from __future__ import annotations

import pytest

from specs.contracts.positions import Relation, SourcePosition


def at(mark: int, **writers: int) -> SourcePosition:
    return SourcePosition({"0": mark}, writers={"0": writers} if writers else {})


@pytest.mark.parametrize(
    ("position", "relation"),
    [
        (at(100, a=100), "same"),
        (at(110, a=110), "same"),
        (at(105, a=100, b=105), "same"),
        (at(90, a=90), "behind"),
        (at(110, a=90, b=110), "other"),
        (at(95, a=90, b=95), "behind"),
        (at(110, b=110), "unclear"),
        (at(100, b=40), "same"),
        (at(110), "same"),
    ],
)
def test_a_server_that_lacks_what_another_one_wrote_has_left_its_history(
    position: SourcePosition, relation: Relation
) -> None:
    assert position.relate(at(100, a=100)) == relation


def test_the_old_primary_is_told_by_what_only_it_has() -> None:
    assert at(100, a=100).relate(at(110, a=90, b=110)) == "other"
    assert at(80, a=80).relate(at(110, a=90, b=110)) == "behind"


def test_a_position_survives_its_dump() -> None:
    position = at(105, a=100, b=105)
    assert SourcePosition.load(position.dump()) == position
    assert "writers" not in at(100).dump()
