"""Errors are named by what to do, say what and where and which remedy, and survive pickling."""

import pickle

import pytest

from specs.errors import Fatal, HeadraceError, Retry, Skip, Stop, UsageError, known_values


class Throttled(Retry):
    """An error of a connector's own, with an attribute of its own."""

    def __init__(self, seconds: float) -> None:
        super().__init__("throttled", "api", delay=seconds)
        self.seconds = seconds


@pytest.mark.parametrize("kind", [HeadraceError, Retry, Skip, Stop, Fatal, UsageError])
def test_an_error_survives_pickling(kind: type[HeadraceError]) -> None:
    error = kind("it broke", "shop.db", "mend it", reason="lock", delay=3.0)
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is kind
    assert str(back) == str(error) == "it broke (shop.db); mend it"
    assert (back.what, back.where, back.remedy) == ("it broke", "shop.db", "mend it")
    assert (back.reason, back.delay, back.args) == ("lock", 3.0, error.args)


def test_an_error_with_a_constructor_of_its_own_survives_pickling() -> None:
    back = pickle.loads(pickle.dumps(Throttled(2.5)))
    assert (type(back), back.seconds, back.delay, str(back)) == (Throttled, 2.5, 2.5, "throttled (api)")


def test_a_reason_defaults_to_the_kind() -> None:
    assert [kind("x").reason for kind in (Retry, Skip, Stop, Fatal, UsageError)] == [
        "retry",
        "skip",
        "stop",
        "fatal",
        "usage",
    ]


def test_what_stands_alone_is_the_message() -> None:
    assert str(Skip("gone")) == "gone"


def test_exit_codes_tell_our_input_from_the_source() -> None:
    assert (UsageError("x").exit_code, Fatal("x").exit_code, Skip("x").exit_code) == (1, 2, 3)


def test_an_unknown_name_gets_the_known_ones_and_the_nearest() -> None:
    error = known_values("unknown setting", "hots", ["port", "host"], where="r.yml", remedy="see the docs")
    assert str(error) == "unknown setting 'hots' (r.yml); did you mean 'host'? known: host, port; see the docs"
    assert "did you mean" not in str(known_values("unknown setting", "zzz", ["port", "host"]))
    assert str(known_values("unknown sink", "x", [])) == "unknown sink 'x'; known: none"
