"""The registry finds connectors by name or as module:attribute, and answers a wrong name with the known ones."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import specs
from specs import registry
from specs.errors import Fatal, UsageError
from specs.service_spec import DefaultDatabaseSpec, ServiceSpec
from specs.testing.fake import FakeConnection, FakeSource
from tests.patience import PATIENCE


def test_the_known_connectors_are_the_folders() -> None:
    known = registry.known()
    assert list(known) == sorted(known)
    assert "common" not in known
    for name in known:
        assert registry.load(name).name == name


def test_a_spec_can_live_in_any_module() -> None:
    spec = registry.load("specs.testing.fake:spec")
    assert spec.config_class() is FakeConnection
    assert spec.part("metadata_source_class") is FakeSource


@pytest.mark.parametrize("name", ["no_such_connector", "sqlit", "", "common"])
def test_an_unknown_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        registry.load(name)
    assert all(known in str(caught.value) for known in registry.known())
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("name", ["no.such.module:spec", "specs.testing.fake:nothing", "specs.testing.fake:FakeSource"])
def test_a_wrong_module_or_attribute_is_named(name: str) -> None:
    with pytest.raises(UsageError, match=r"connector 'no\.such|connector 'specs\.testing"):
        registry.load(name)


def test_an_unknown_scheme_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="no connector for the URL scheme 'gopher'"):
        registry.by_url("gopher://host/db")


def test_parts_are_imported_only_when_asked_for() -> None:
    code = (
        "import sys; from specs.service_spec import ServiceSpec;"
        "s = ServiceSpec(name='x', connection='specs.testing.fake:FakeConnection',"
        " metadata_source_class='specs.testing.fake.source:FakeSource');"
        "assert 'specs.testing.fake' not in sys.modules;"
        "s.config_class();"
        "assert 'specs.testing.fake' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)


def test_a_part_that_is_not_bound_is_unsupported() -> None:
    spec = ServiceSpec(name="thing", connection=FakeConnection)
    with pytest.raises(Fatal, match="connector 'thing' has no lineage_source_class") as caught:
        spec.part("lineage_source_class")
    assert caught.value.reason == "unsupported"


def test_a_missing_driver_names_the_extra() -> None:
    spec = ServiceSpec(
        name="thing", connection="no_such_driver:Thing", driver="no_such_driver", extra="thing", schemes=("thing",)
    )
    with pytest.raises(Fatal, match=r"needs the driver 'no_such_driver'; .*pip install 'headrace\[thing\]'"):
        spec.config_class()


def test_a_module_of_ours_that_is_missing_is_a_bug_and_stays_one() -> None:
    spec = ServiceSpec(name="thing", connection="connectors.no_such_module:Thing", driver="driver", extra="thing")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        spec.config_class()


def test_a_database_spec_has_no_profiler_yet() -> None:
    spec = DefaultDatabaseSpec(name="thing", connection=FakeConnection)
    assert spec.profiler_class is None
    assert spec.sampler_class is None


def test_a_connector_of_another_distribution_is_found_by_its_entry_point(tmp_path: Path) -> None:
    (tmp_path / "thing.py").write_text(
        "from specs.service_spec import ServiceSpec\n"
        "spec = ServiceSpec(name='thing', connection='specs.testing.fake:FakeConnection', schemes=('thing',))\n"
        "sqlite = ServiceSpec(name='foreign', connection='specs.testing.fake:FakeConnection')\n",
        encoding="utf-8",
    )
    info = tmp_path / "thing-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: thing\nVersion: 1.0\n", encoding="utf-8")
    entries = "[headrace.connectors]\nthing = thing:spec\nsqlite = thing:sqlite\n"
    (info / "entry_points.txt").write_text(entries, encoding="utf-8")
    code = (
        "from specs import registry\n"
        "assert 'thing' in registry.known()\n"
        "assert registry.load('thing').name == registry.by_url('thing://x').name == 'thing'\n"
        "assert registry.load('sqlite').name == 'sqlite', 'our own folders come first'\n"
    )
    path = f"{tmp_path}{os.pathsep}{Path(specs.__path__[0]).parent}"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE, env=os.environ | {"PYTHONPATH": path})
