import time
from collections import namedtuple
from pathlib import Path
from types import SimpleNamespace

from scheduler.app.doctor import doctor
from scheduler.app.doctor.doctor import examine, memory_limit

Usage = namedtuple("Usage", "total used free")


def test_a_sound_installation_has_nothing_bad(tmp_path: Path) -> None:
    findings = list(examine(f"sqlite:///{tmp_path}/none.db"))
    assert not [each for each in findings if each.level == "bad" and each.name != "disk space"]
    assert any(each.name == "catalog" and each.level == "note" for each in findings)
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_catalog_is_bad(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database" * 1000)
    found = {each.name: each for each in examine(f"sqlite:///{tmp_path}/x.db")}
    assert found["catalog"].level == "bad"
    assert found["catalog"].remedy


def test_packages_in_two_places_are_bad() -> None:
    finding = doctor._packages(lambda name: SimpleNamespace(__path__=[f"/{len(name)}/{name}"]))
    assert finding.level == "bad"
    assert "workers in /7" in finding.evidence


def test_a_wrong_clock_and_an_old_python_are_bad() -> None:
    assert doctor._clock(lambda: 0.0).level == "bad"
    assert doctor._clock(time.time).level == "ok"
    assert doctor._python((3, 10, 1)).level == "bad"


def test_the_memory_limit_of_both_cgroup_versions(tmp_path: Path) -> None:
    assert memory_limit(tmp_path) is None
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert memory_limit(tmp_path) is None
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("268435456\n")
    assert memory_limit(tmp_path) == 268435456
    (tmp_path / "memory.max").write_text("max\n")
    assert memory_limit(tmp_path) == 268435456
    (tmp_path / "memory.max").write_text("100000000\n")
    assert memory_limit(tmp_path) == 100_000_000


def test_little_space_is_bad(tmp_path: Path) -> None:
    file = tmp_path / "not" / "yet" / "c.db"
    assert doctor._space(file, lambda _: Usage(1, 1, 5_000_000)).level == "bad"
    assert str(tmp_path) in doctor._space(file, lambda _: Usage(1, 1, 5_000_000_000)).evidence
