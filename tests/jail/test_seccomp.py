"""The numbers of system calls that the filters go by, beside those that the kernel publishes."""

import re
from pathlib import Path

import pytest

from apigen.jail.seccomp import CALLS, worker_program

X86 = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
GENERIC = Path("/usr/include/asm-generic/unistd.h")
"""The table of aarch64 and of all younger architectures."""
COMMON_FROM = 424
"""Calls added since Linux 5.1 have the same number everywhere."""


def published(header: Path) -> dict[str, int]:
    if not header.exists():
        pytest.skip(f"there is no {header}: apt install linux-libc-dev")
    found = re.findall(r"^#define __NR(?:3264)?_(\w+)\s+(\d+)$", header.read_text(), re.MULTILINE)
    return {name: int(number) for name, number in found}


@pytest.mark.parametrize(("column", "header"), [(0, X86), (1, GENERIC)])
def test_numbers_are_those_of_the_kernel(column: int, header: Path) -> None:
    numbers = published(header)
    newest = max(number for name, number in numbers.items() if name != "syscalls")
    for name, pair in CALLS.items():
        if (number := pair[column]) is None:
            assert name not in numbers, f"{name} has a number here: {numbers[name]}"
        elif number <= newest:
            assert numbers.get(name) == number, name


def test_younger_calls_have_one_number() -> None:
    for name, (x86, arm) in CALLS.items():
        if max(x86 or 0, arm or 0) >= COMMON_FROM:
            assert x86 == arm, name


def test_no_number_stands_twice() -> None:
    for column in (0, 1):
        numbers = [pair[column] for pair in CALLS.values() if pair[column] is not None]
        assert len(numbers) == len(set(numbers))


def test_programs_differ_by_machine_and_are_whole() -> None:
    x86, arm = (worker_program(network=False, namespaces=False, machine=name) for name in ("x86_64", "aarch64"))
    assert x86 != arm
    assert len(x86) % 8 == len(arm) % 8 == 0
    assert max(len(x86), len(arm)) // 8 < 4096, "the kernel takes no more"
