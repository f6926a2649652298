"""What a call costs beside the least it could cost: a bare fork, exit and wait of a process like the worker.

    python benchmarks/execution.py [calls] [tier …]

Processor time is that of all processes together (engine, worker, children), and of the engine alone; starting them is
not counted. The ratio is to the bare fork, which is measured before and after each tier, so that it had the same
machine to itself, or not.
"""

import asyncio
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from apigen import execution
from apigen.execution import Calls, PythonExecutor
from apigen.execution.starting import environment
from apigen.jail.tiers import PYTHON, Tier, reasons
from apigen.records import Api, Call, Implementation

SQRT = Api(
    name="sqrt",
    description="Square root.",
    parameters={"type": "object", "properties": {"x": {"type": "number"}}},
    implementation=Implementation(kind="python", target="math:sqrt"),
)
TICK = os.sysconf("SC_CLK_TCK")
BARE = """
import os, resource, sys
sys.path.insert(0, sys.argv[2])
import math, zygote.serve
from zygote.supervision import freeze
del sys.path[0]
freeze()
def used():
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)
before = used()
for _ in range(int(sys.argv[1])):
    os.fork() or os._exit(0)
    os.wait()
print(used() - before)
"""


def bare(count: int) -> float:
    """Milliseconds of processor time of a bare fork."""
    command = [sys.executable, *PYTHON, "-c", BARE, str(count), str(Path(execution.__file__).parent)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment("/tmp"))
    return float(done.stdout) * 1000 / count


def of_workers(pid: int) -> float:
    """Seconds of processor time of all processes below this one, and of those that they waited for."""
    total = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text().split()):
            fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            total += sum(map(int, fields[11:15])) / TICK + of_workers(child)
    return total


def of_engine() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def calls(workers: int, count: int, tier: Tier) -> tuple[float, float, float]:
    """Seconds that the calls took, and of processor time: of all processes, and of the engine."""
    async with await Calls.open([PythonExecutor(workers=workers, isolation=tier)], [SQRT]) as opened:

        async def make(numbers: Iterator[int]) -> None:
            for number in numbers:
                result = await opened.call(SQRT, Call(name="sqrt", arguments={"x": number}))
                assert result.result == math.sqrt(number), result

        async def all_of(number: int) -> None:
            numbers = iter(range(number))
            await asyncio.gather(*(make(numbers) for _ in range(8 * workers)))

        await all_of(50 * workers)  # every worker is started
        started, engine, workers_time = time.perf_counter(), of_engine(), of_workers(os.getpid())
        await all_of(count)
        seconds, engine = time.perf_counter() - started, of_engine() - engine
        return seconds, engine + of_workers(os.getpid()) - workers_time, engine


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"{count} calls, {os.cpu_count()} processors")
    print(f"{'':<26}{'calls/s':>10}{'CPU-ms/call':>14}{'engine-ms':>12}{'bare fork':>12}{'ratio':>8}")
    for tier, why in reasons().items():
        if why or (sys.argv[2:] and tier not in sys.argv[2:]):
            print(f"{tier}: {why or 'not asked for'}")
            continue
        for workers, words in ((1, "one worker"), (2, "two workers")):
            before = bare(count // 2)
            seconds, total, engine = asyncio.run(calls(workers, count, tier))
            least = (before + bare(count // 2)) / 2
            cost = total * 1000 / count
            print(
                f"{f'{tier}, {words}':<26}{count / seconds:>10.0f}{cost:>14.2f}{engine * 1000 / count:>12.2f}"
                f"{least:>12.2f}{cost / least:>8.2f}"
            )


if __name__ == "__main__":
    main()
