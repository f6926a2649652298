"""How a run's cost grows with its size: time, memory, database, resuming and the standard queries.

    python benchmarks/scale.py [--candidates 10000 100000 600000] [--executed]

Runs with the offline model, so nothing is waited for: what is measured is apigen itself and the model's rules. CPU and
wall time should grow linearly with the number of candidates, and the engine's memory hardly. Each run is killed when
nine tenths are done and resumed (`resume`: until the first new rows are there), then resumed once more with nothing
left. `--executed` makes the calls too, in the jail.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

PAIRS = 4
"""Candidates of a request."""
KILLED_AT = 0.9
"""Share of the candidates that are there when the run is killed."""
QUERIES = (
    "SELECT count(*) FROM entries",
    "SELECT * FROM funnel",
    "SELECT * FROM reasons",
    "SELECT * FROM coverage",
    "SELECT * FROM costs",
)


class Sitting(NamedTuple):
    """One process of a run: seconds in all and to the first commit, CPU seconds, peak memory of the engine in MB."""

    wall: float
    first: float
    cpu: float
    memory: float


def command(candidates: int, executed: bool) -> list[str]:
    """The run: four pairs a request, all styles and prompts."""
    checkers = "checker=[format,execution,semantic]" if executed else "checker=[format,semantic]"
    size = [f"requests={candidates // PAIRS}", f"generator.pairs=[{PAIRS},{PAIRS}]", "concurrency=64"]
    return [sys.executable, "-m", "apigen", "generate", "model=offline", checkers, *size]


def sitting(arguments: list[str], folder: Path, kill_at: float | None = None) -> Sitting:
    """Run until the end, or until the run's database has `kill_at` bytes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"APIGEN_CACHE": str(folder / "cache"), "NO_COLOR": "1"}
    started = time.perf_counter()
    size_before, first = size_of(folder), 0.0
    errors = folder / "errors.txt"
    with errors.open("w") as file:
        process = subprocess.Popen(arguments, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=file)
    memory = 0.0
    while process.poll() is None:
        time.sleep(0.2)
        memory = max(memory, memory_of(process.pid))
        if not first and size_of(folder) != size_before:
            first = time.perf_counter() - started
        if kill_at is not None and done(errors.read_text()) >= kill_at:
            process.send_signal(signal.SIGKILL)
            process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode not in (0, -signal.SIGKILL):
        raise SystemExit(f"{' '.join(arguments)}\nended with {process.returncode}:\n{errors.read_text()[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Sitting(time.perf_counter() - started, first, cpu, memory)


def done(told: str) -> float:
    """Share of the requests that are done, from the last line of progress."""
    shares = [line.partition("(")[2].partition("%")[0] for line in told.splitlines() if "requests (" in line]
    return float(shares[-1]) / 100 if shares else 0.0


def memory_of(process: int) -> float:
    """Resident memory of one process, MB."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def size_of(folder: Path) -> int:
    """Bytes of the run's database with its log."""
    return sum(path.stat().st_size for path in folder.glob("outputs/*/run.duckdb*") if path.exists())


def asked(folder: Path) -> list[float]:
    """Seconds for each of the standard queries, start-up of the command included."""
    taken = []
    for query in QUERIES:
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "apigen", "sql", query], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        taken.append(time.perf_counter() - started)
    return taken


def candidates_of(folder: Path) -> int:
    """Candidates in the database."""
    query = [sys.executable, "-m", "apigen", "sql", "SELECT count(*) AS n FROM candidates", "--format", "json"]
    found = subprocess.run(query, cwd=folder, capture_output=True, text=True, check=True)
    return int(json.loads(found.stdout)[0]["n"])


def main() -> None:
    """One row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--candidates", type=int, nargs="+", default=[10_000, 100_000, 600_000])
    parser.add_argument("--executed", action="store_true")
    options = parser.parse_args()
    print(f"offline model, 64 in flight, {os.cpu_count()} cores, Python {sys.version.split()[0]}")
    print("| candidates | wall s | CPU-s | CPU-ms each | engine MB | database MB | resume s | nothing left s | SQL s |")
    print("|---|---|---|---|---|---|---|---|---|")
    for candidates in options.candidates:
        folder = Path(tempfile.mkdtemp(prefix="apigen-scale-"))
        try:
            row(candidates, options.executed, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def row(candidates: int, executed: bool, folder: Path) -> None:
    """Run, kill, resume, resume again, query."""
    arguments = command(candidates, executed)
    cut_off = sitting(arguments, folder, KILLED_AT)
    resumed = sitting(arguments, folder)
    run = next(folder.glob("outputs/*/run.json")).parent.name
    again = sitting([*arguments[:4], f"resume={run}"], folder)
    cpu, wall = cut_off.cpu + resumed.cpu, cut_off.wall + resumed.wall
    found = candidates_of(folder)
    queries = " / ".join(f"{seconds:.1f}" for seconds in asked(folder))
    memory = max(sitting.memory for sitting in (cut_off, resumed, again))
    size = size_of(folder) / 1e6
    print(
        f"| {found:,} | {wall:.0f} | {cpu:.0f} | {1000 * cpu / found:.2f} | {memory:.0f} | {size:.0f} | "
        f"{resumed.first:.1f} | {again.wall:.1f} | {queries} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
