"""The text format: escaping, numbers, and nothing that is not declared."""

from __future__ import annotations

import re

import pytest

from workers.metrics.counters import NAMES, Counters, samples
from workers.metrics.families import COUNTED, FAMILIES, GROUPS
from workers.metrics.text import LABEL_CHARACTERS, MetricsPage


def test_help_type_and_escaped_labels() -> None:
    page = MetricsPage()
    page.add("headrace_breaker_open", 1, service='a"b\\c\nd')
    page.add("headrace_breaker_open", 0, service="x")
    assert page.text() == (
        "# HELP headrace_breaker_open 1 while a service that kept failing is left alone.\n"
        "# TYPE headrace_breaker_open gauge\n"
        'headrace_breaker_open{service="a\\"b\\\\c\\nd"} 1\n'
        'headrace_breaker_open{service="x"} 0\n'
    )


def test_numbers_and_absent_values() -> None:
    page = MetricsPage()
    page.add("headrace_scrape_seconds", 0.25)
    page.add("headrace_queue_up", None)
    page.add("headrace_queue_torn", 10**15)
    assert "headrace_scrape_seconds 0.25\n" in page.text()
    assert "headrace_queue_torn 1000000000000000\n" in page.text()
    assert "headrace_queue_up" not in page.text()


def test_labels_are_bounded_and_hold_no_password() -> None:
    page = MetricsPage()
    page.add("headrace_dead_letters", 1, sink="https://user:s3cret@host/" + "x" * 1000)
    assert "s3cret" not in page.text()
    assert max(len(line) for line in page.text().splitlines()) < LABEL_CHARACTERS + 100


def test_unknown_names_and_labels_are_refused() -> None:
    with pytest.raises(KeyError):
        MetricsPage().add("headrace_else", 1)
    with pytest.raises(ValueError, match="labels"):
        MetricsPage().add("headrace_breaker_open", 1, servise="x")


def test_names_follow_the_rules_of_prometheus() -> None:
    assert sum(len(group) for group in GROUPS.values()) == len(FAMILIES), "each name once"
    for family in FAMILIES.values():
        assert re.fullmatch(r"headrace_[a-z_]+", family.name)
        assert family.name.endswith("_total") == (family.type == "counter")
        assert family.what.endswith(".")
        assert "\n" not in family.what
        assert "\\" not in family.what


def test_counters_grow_and_refuse_unknown_names() -> None:
    counters = Counters()
    counters.add("claims")
    counters.add("claims", 2)
    with counters.timed("commit_seconds"):
        pass
    told = counters.told()
    assert told["claims"] == 3
    assert 0 <= told["commit_seconds"] < 5
    with pytest.raises(KeyError):
        counters.add("nonsense")
    assert len(NAMES) == len(COUNTED)
    found = dict(samples({"claims": 3, "of_another_version": 1, "reconnects": "x"}))
    assert found == {"headrace_process_claims_total": 3.0}
