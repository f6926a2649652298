"""What the response cache costs for each answer: stored, found again, and asked for by eight processes at once.

    python benchmarks/cache.py [answers]

Processor time is that of the whole process, its writing thread included. The prompts have 6,000 characters, the
answers 1,900; `in flight` requests are answered after 50 ms, as a provider would.
"""

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from apigen.llm.cache import ResponseCache
from apigen.llm.model import ModelResponse
from apigen.records import Json

TEXT = (Path(__file__).parent / "README.md").read_text("utf-8")
PROCESSES = 8


def identity(number: int) -> dict[str, Json]:
    """What identifies request `number`."""
    start = number % 1000
    messages: list[Json] = [{"role": "system", "content": "Write queries and calls."}]
    messages.append({"role": "user", "content": (2 * TEXT)[start : start + 6000] + f" {number}"})
    return {"backend": "Benchmark", "model": "m", "messages": messages, "seed": number, "temperature": 0.7}


def response(number: int) -> ModelResponse:
    """The answer to it."""
    start = 7 * number % 1000
    return ModelResponse(
        text=TEXT[start : start + 1900], model="m", prompt_tokens=1500, completion_tokens=500, cost=0.001
    )


async def ask_all(folder: str, run: str, count: int, in_flight: int, *, cached: bool = True) -> int:
    """Have `count` requests answered; how often the provider was asked."""
    responses = ResponseCache(folder=folder, mode="use" if cached else "off").open(run)
    numbers, asked = iter(range(count)), 0

    async def work() -> None:
        nonlocal asked
        for number in numbers:

            async def ask(number: int = number) -> ModelResponse:
                nonlocal asked
                asked += 1
                await asyncio.sleep(0.05)
                return response(number)

            await responses.answer(identity(number), ask)

    await asyncio.gather(*(work() for _ in range(in_flight)))
    await responses.close()
    return asked


def measure(name: str, folder: str, run: str, count: int, in_flight: int, bare: float = 0.0, **options: bool) -> float:
    """Print a row; microseconds of processor time for an answer, less those of the `bare` work."""
    before, started = time.process_time(), time.perf_counter()
    asked = asyncio.run(ask_all(folder, run, count, in_flight, **options))
    used = (time.process_time() - before) / count * 1e6
    seconds = time.perf_counter() - started
    print(f"{name:<34}{in_flight:>10}{asked:>8}{count / seconds:>10.0f}{used:>14.0f}{used - bare:>14.0f}")
    return used


def hammer(folder: str, count: int) -> None:
    """The same requests by eight processes at once."""
    started = time.perf_counter()
    command = [sys.executable, __file__, "--worker", folder, str(count)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(PROCESSES)]
    asked = sum(int(process.communicate()[0]) for process in processes)
    seconds = time.perf_counter() - started
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = (usage.ru_utime + usage.ru_stime) / (PROCESSES * count) * 1e6
    rate = PROCESSES * count / seconds
    print(f"{f'{PROCESSES} processes, start-up included':<34}{32:>10}{asked:>8}{rate:>10.0f}{used:>14.0f}")


def main(count: int) -> None:
    """Print the table."""
    print(f"{'':<34}{'in flight':>10}{'asked':>8}{'answers/s':>10}{'CPU-us each':>14}{'of the cache':>14}")
    with tempfile.TemporaryDirectory() as folder:
        for in_flight in (8, 64, 256, 1000):
            place = f"{folder}/{in_flight}"
            bare = measure("no cache", place, "bare", count, in_flight, cached=False)
            measure("every answer stored", place, "first", count, in_flight, bare)
        measure("every answer found", place, "second", count, in_flight)
        size = sum(file.stat().st_size for file in Path(place).iterdir())
        print(f"{size / count:.0f} bytes on disk for an answer with its prompt")
        hammer(f"{folder}/all", count)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--worker"]:
        print(asyncio.run(ask_all(sys.argv[2], f"run-{os.getpid()}", int(sys.argv[3]), 32)))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 4000)
