"""What a call costs beside the least it could cost: a bare fork, exit and wait of a process of this size.

    python benchmarks/execution.py [calls]

Processor time is that of all processes together (engine, worker, children), and of the engine alone.
"""

import asyncio
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial

from apigen.execution import Calls, PythonExecutor
from apigen.jail.tiers import Isolation, reasons
from apigen.records import Api, Call, Implementation

SQRT = Api(
    name="sqrt",
    description="Square root.",
    parameters={"type": "object", "properties": {"x": {"type": "number"}}},
    implementation=Implementation(kind="python", target="math:sqrt"),
)
BARE = "import os, sys\nfor _ in range(int(sys.argv[1])):\n    os.fork() or os._exit(0)\n    os.wait()"


def processor_time(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def measure(name: str, count: int, work: Callable[[], object]) -> None:
    """Print one row: calls a second, and milliseconds of processor time a call."""
    started = time.perf_counter()
    engine, others = processor_time(resource.RUSAGE_SELF), processor_time(resource.RUSAGE_CHILDREN)
    work()
    seconds = time.perf_counter() - started
    engine = processor_time(resource.RUSAGE_SELF) - engine
    others = processor_time(resource.RUSAGE_CHILDREN) - others
    per_call = 1000 / count
    print(f"{name:<26}{count / seconds:>10.0f}{(engine + others) * per_call:>14.2f}{engine * per_call:>14.2f}")


async def calls(workers: int, count: int, tier: Isolation) -> None:
    async with await Calls.open([PythonExecutor(workers=workers, isolation=tier)], [SQRT]) as opened:
        numbers = iter(range(count))

        async def work() -> None:
            for number in numbers:
                result = await opened.call(SQRT, Call(name="sqrt", arguments={"x": number}))
                assert result.result == math.sqrt(number), result

        await asyncio.gather(*(work() for _ in range(4 * workers)))


def serve(workers: int, count: int, tier: Isolation) -> None:
    asyncio.run(calls(workers, count, tier))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"{count} calls, {os.cpu_count()} processors")
    print(f"{'':<26}{'calls/s':>10}{'CPU-ms/call':>14}{'engine-ms':>14}")
    measure("bare fork", count, lambda: subprocess.run([sys.executable, "-c", BARE, str(count)], check=True))
    for tier, why in reasons().items():
        if why:
            print(f"{tier}: {why}")
            continue
        measure(f"{tier}, one worker", count, partial(serve, 1, count, tier))
        measure(f"{tier}, two workers", count, partial(serve, 2, count, tier))
    few = max(1, count // 50)
    fresh = [sys.executable, "-c", "import math; print(math.sqrt(2))"]
    measure(
        "fresh Python",
        few,
        lambda: [subprocess.run(fresh, capture_output=True, check=True) for _ in range(few)],
    )


if __name__ == "__main__":
    main()
