"""A source that brings no connection test of its own still answers ``headrace check`` in steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from specs.config import ConnectionConfig
from specs.errors import Retry
from specs.sources.base import Step
from specs.sources.database.metadata import DatabaseSource


def away() -> str:
    raise Retry("no answer from db:5432", remedy="start it")


class Plain(DatabaseSource):
    identify: Callable[[], str] = staticmethod(lambda: "one")

    def identity(self) -> str:
        return self.identify()

    def databases(self, scope: Any, span: Any) -> Iterator[Any]:
        return iter(())

    schemas = tables = databases

    def yield_table(self, item: Any, scope: Any) -> Iterator[Any]:
        return iter(())

    def exists(self, type_: str, scope: Any, names: Sequence[str]) -> dict[str, Any]:
        return {}


@pytest.fixture
def source() -> Iterator[Plain]:
    made = Plain("shop", ConnectionConfig())
    yield made
    made.close()


def test_a_server_that_answers_is_one_good_step(source: Plain) -> None:
    assert list(source.check()) == [Step("identify the server", True, "one")]


def test_what_fails_is_a_step_with_its_remedy(source: Plain) -> None:
    source.identify = away
    assert list(source.check()) == [Step("identify the server", False, "no answer from db:5432", remedy="start it")]


def test_a_mistake_of_the_author_is_a_step_with_its_place(source: Plain) -> None:
    source.identify = lambda: {}["x"]
    (step,) = source.check()
    assert not step.ok
    assert step.evidence.startswith("KeyError: 'x' (")
    assert "test_default_check.py" in step.evidence
