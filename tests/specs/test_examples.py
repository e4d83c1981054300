"""The examples in docstrings run and are true; flat exports are complete."""

import doctest
from importlib import import_module
from pkgutil import walk_packages

import pytest

import specs
from specs import sources

MODULES = sorted(
    module.name for module in walk_packages(specs.__path__, "specs.") if not module.name.startswith("specs.testing")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_is(name: str) -> None:
    assert (import_module(name).__doc__ or "").strip(), f"{name} has no docstring"


def test_sources_are_exported_flat() -> None:
    assert sorted(sources.__all__) == sorted(set(sources.__all__))
    assert all(hasattr(sources, name) for name in sources.__all__)


def test_the_overview_names_only_what_there_is() -> None:
    mentioned = {word.strip("`;") for word in (specs.__doc__ or "").split() if word.startswith("``specs.")}
    assert mentioned <= {*MODULES, "specs.testing"}
