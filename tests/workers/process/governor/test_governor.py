"""Limits of control groups, version 1 and 2, from trees of folders; budgets, and who has to go."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from specs.errors import UsageError
from workers.process.governor import Group, MemoryBudget, derive, find, processors, share, size
from workers.process.governor.budget import LEAST_BYTES, given
from workers.process.governor.watch import MemoryMeters, Watch

MB = 1 << 20
V2 = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"


class Machine:
    """A tree of folders that looks like a machine's."""

    def __init__(self, root: Path, *, total: int = 8192) -> None:
        self.root = root
        self.write("proc/meminfo", f"MemTotal: {total * 1024} kB\nMemFree: 1 kB\n")

    def write(self, path: str, text: str) -> Machine:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return self

    def groups(self, cgroup: str, *mounts: str) -> Machine:
        return self.write("proc/self/cgroup", cgroup + "\n").write("proc/self/mountinfo", "\n".join(mounts) + "\n")


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def limit(machine: Machine) -> tuple[int, str] | None:
    group = find(machine.root)
    return None if group is None else (group.limit // MB, str((group.folder / group.name).relative_to(machine.root)))


def test_no_groups_at_all(machine: Machine) -> None:
    assert find(machine.root) is None
    assert processors(machine.root, affinity=3) == 3


def test_version_2_in_a_container(machine: Machine) -> None:
    machine.groups("0::/", V2).write("sys/fs/cgroup/memory.max", f"{256 * MB}\n")
    machine.write("sys/fs/cgroup/memory.high", "max\n").write("sys/fs/cgroup/cpu.max", "150000 100000\n")
    assert limit(machine) == (256, "sys/fs/cgroup/memory.max")
    assert processors(machine.root, affinity=8) == 2
    assert processors(machine.root, affinity=1) == 1


def test_version_2_without_a_limit(machine: Machine) -> None:
    machine.groups("0::/", V2).write("sys/fs/cgroup/memory.max", "max\n").write("sys/fs/cgroup/cpu.max", "max 100000\n")
    assert find(machine.root) is None
    assert processors(machine.root, affinity=5) == 5


def test_version_2_nested_takes_the_lowest_and_high_counts(machine: Machine) -> None:
    machine.groups("0::/system.slice/crawler.service", V2)
    machine.write("sys/fs/cgroup/system.slice/crawler.service/memory.max", f"{900 * MB}\n")
    machine.write("sys/fs/cgroup/system.slice/memory.high", f"{700 * MB}\n")
    machine.write("sys/fs/cgroup/system.slice/memory.max", "max\n")
    machine.write("sys/fs/cgroup/system.slice/cpu.max", "50000 100000\n")
    assert limit(machine) == (700, "sys/fs/cgroup/system.slice/memory.high")
    assert processors(machine.root, affinity=8) == 1


def v1(controller: str, mounted: str = "/") -> str:
    return f"35 31 0:32 {mounted} /sys/fs/cgroup/{controller} rw,relatime - cgroup cgroup rw,{controller}"


def test_version_1_nested_beside_an_empty_version_2(machine: Machine) -> None:
    machine.groups(
        "4:memory:/jobs/one\n1:cpu,cpuacct:/jobs\n0::/",
        v1("memory"),
        v1("cpu"),
        V2.replace("cgroup ", "cgroup/unified ", 1),
    )
    machine.write("sys/fs/cgroup/memory/jobs/one/memory.limit_in_bytes", "9223372036854771712\n")
    machine.write("sys/fs/cgroup/memory/jobs/memory.limit_in_bytes", f"{512 * MB}\n")
    machine.write("sys/fs/cgroup/cpu/jobs/cpu.cfs_quota_us", "300000\n")
    machine.write("sys/fs/cgroup/cpu/jobs/cpu.cfs_period_us", "100000\n")
    machine.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n").write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n")
    assert limit(machine) == (512, "sys/fs/cgroup/memory/jobs/memory.limit_in_bytes")
    assert processors(machine.root, affinity=8) == 3


def test_version_1_mounts_only_the_containers_own_group(machine: Machine) -> None:
    machine.groups("4:memory:/docker/0af3", v1("memory", "/docker/0af3"))
    machine.write("sys/fs/cgroup/memory/memory.limit_in_bytes", f"{300 * MB}\n")
    assert limit(machine) == (300, "sys/fs/cgroup/memory/memory.limit_in_bytes")


@pytest.mark.parametrize(
    ("own", "mounted"), [("/", "/docker/0af3"), ("/../other", "/"), ("/docker/0af", "/docker/0af3")]
)
def test_a_namespace_that_hides_our_place_leaves_the_mounted_group(machine: Machine, own: str, mounted: str) -> None:
    machine.groups(f"4:memory:{own}", v1("memory", mounted))
    machine.write("sys/fs/cgroup/memory/memory.limit_in_bytes", f"{300 * MB}\n")
    assert limit(machine) == (300, "sys/fs/cgroup/memory/memory.limit_in_bytes")


def test_version_1_groups_above_what_is_mounted_count(machine: Machine) -> None:
    machine.groups("4:memory:/docker/0af3", v1("memory", "/docker/0af3"))
    machine.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n")
    machine.write("sys/fs/cgroup/memory/memory.stat", f"cache 1\nhierarchical_memory_limit {200 * MB}\n")
    assert limit(machine) == (200, "sys/fs/cgroup/memory/memory.stat")


def test_places_with_blanks_are_found(machine: Machine) -> None:
    machine.groups("0::/", V2.replace("/sys/fs/cgroup ", "/sys/my\\040groups ", 1))
    machine.write("sys/my groups/memory.max", f"{128 * MB}\n")
    assert limit(machine) == (128, "sys/my groups/memory.max")


def test_page_cache_is_not_used_memory(tmp_path: Path) -> None:
    two, one = tmp_path / "two", tmp_path / "one"
    for folder in (two, one):
        folder.mkdir()
    (two / "memory.stat").write_text("anon 100\nfile 5000\nkernel 30\nshmem 7\nsock 2\nslab_reclaimable 20\n")
    (two / "memory.events").write_text("low 0\noom 2\noom_kill 3\n")
    (one / "memory.stat").write_text("cache 5000\nrss 1\ntotal_cache 5000\ntotal_rss 100\ntotal_shmem 7\n")
    (one / "memory.oom_control").write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 4\n")
    assert [(group.used(), group.kills()) for group in (Group(two, 9, "m"), Group(one, 9, "m"))] == [(119, 3), (107, 4)]
    assert (Group(tmp_path, 9, "m").used(), Group(tmp_path, 9, "m").kills()) == (0, 0)


class TestBudget:
    def test_what_is_left_is_shared_out(self, machine: Machine) -> None:
        machine.groups("0::/", V2).write("sys/fs/cgroup/memory.max", f"{1000 * MB}\n")
        made = derive(70 * MB, 3, processors=2, root=machine.root)
        assert (made.limit, made.processes, made.hard) == (1000 * MB, 3, (850 - 70) * MB // 3)
        assert made.soft < made.hard < made.data
        assert made.group is not None

    @pytest.mark.parametrize(("total", "expected"), [(256, 1), (400, 2), (8000, 4)])
    def test_auto_is_processors_as_far_as_they_fit(self, machine: Machine, total: int, expected: int) -> None:
        machine.groups("0::/", V2).write("sys/fs/cgroup/memory.max", f"{total * MB}\n")
        assert derive(70 * MB, None, processors=4, root=machine.root).processes == expected

    def test_too_little_is_refused_with_what_would_do(self, machine: Machine) -> None:
        machine.groups("0::/", V2).write("sys/fs/cgroup/memory.max", f"{128 * MB}\n")
        with pytest.raises(
            UsageError, match=r"128 MB of memory are too little for 1 worker process \(.*memory.max\)"
        ) as one:
            derive(70 * MB, None, processors=4, root=machine.root)
        need = int(one.value.remedy.split()[3])
        machine.write("sys/fs/cgroup/memory.max", f"{need * MB}\n")
        assert derive(70 * MB, None, processors=4, root=machine.root).hard >= LEAST_BYTES
        with pytest.raises(UsageError, match="lower --concurrency"):
            derive(70 * MB, 2, processors=4, root=machine.root)

    def test_what_is_given_wins_and_a_small_machine_counts(self, machine: Machine) -> None:
        machine.groups("0::/", V2).write("sys/fs/cgroup/memory.max", f"{9000 * MB}\n")
        assert derive(MB, 1, processors=1, root=machine.root).limit == 8192 * MB
        made = derive(MB, 1, processors=1, memory=300 * MB, root=machine.root)
        assert (made.limit, made.group) == (300 * MB, None)

    def test_a_machine_that_tells_nothing_bounds_nothing(self, tmp_path: Path) -> None:
        made = derive(MB, None, processors=3, root=tmp_path)
        assert (made.processes, made.limit) == (3, 0)
        assert made.hard > 1 << 39
        assert share(2, root=tmp_path).hard > 1 << 39

    def test_embedded_processes_share_and_are_never_refused(self, machine: Machine) -> None:
        assert share(2, root=machine.root).hard == 8192 * MB * 85 // 100 // 2
        assert share(8, memory=100 * MB, root=machine.root).hard == LEAST_BYTES

    @pytest.mark.parametrize(
        ("text", "bytes_"), [("512m", 512 * MB), ("2 GiB", 2048 * MB), ("100", 100), ("3KB", 3072), ("1T", 1 << 40)]
    )
    def test_sizes(self, text: str, bytes_: int) -> None:
        assert size(text) == bytes_
        assert given({"HEADRACE_MEMORY": text}) == bytes_

    @pytest.mark.parametrize("text", ["much", "-5", "0", "1.5g", "5 x"])
    def test_sizes_that_are_none(self, text: str) -> None:
        with pytest.raises(UsageError, match=r"HEADRACE_MEMORY is wrong: .* such as 512m"):
            given({"HEADRACE_MEMORY": text})
        assert given({}) is None


class TestWatch:
    BUDGET = MemoryBudget(limit=1000 * MB, processes=2, hard=400 * MB)

    def look(self, *sizes: int, used: int = 0) -> tuple[int, str] | None:
        found = {number: size * MB for number, size in enumerate(sizes)}
        watch = Watch(self.BUDGET, measure=lambda pids: found, used=lambda: used * MB)
        return watch.look(found)

    def test_nobody_has_to_go_in_peace(self) -> None:
        assert self.look() is None
        assert self.look(100, 390, used=900) is None

    def test_the_fattest_above_its_share_goes(self) -> None:
        assert self.look(401, 500, 300) == (1, "out of memory: it had 500 of 400 MB")

    def test_the_fattest_goes_when_all_are_near_the_limit(self) -> None:
        found = self.look(100, 300, used=930)
        assert found is not None
        assert found[0] == 1
        assert "930 of 1000 MB" in found[1]

    def test_what_others_take_is_not_ours_to_pay(self) -> None:
        assert self.look(100, 270, used=990) is None


def test_meters_follow_processes_to_their_end() -> None:
    meters = MemoryMeters()
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    found = meters([process.pid, os.getpid()])
    assert found[os.getpid()] > 5 * MB
    assert found.keys() == {process.pid, os.getpid()}
    process.kill()
    process.communicate()
    assert meters([process.pid, os.getpid()]).keys() == {os.getpid()}
    before = len(os.listdir("/proc/self/fd"))
    meters.close()
    assert len(os.listdir("/proc/self/fd")) == before - 2
