"""The whole pipeline against a chat server on loopback: entries per second, CPU per 1,000 entries, peak memory.

    python benchmarks/pipeline.py --entries 1000 --latency-ms 0 50 500 --in-flight 8 64 256 1000
    python benchmarks/pipeline.py --entries 1000 --peer-python PATH_TO_THE_PEERS_PYTHON --without floor litellm
    python benchmarks/pipeline.py --in-flight 64 --latency-ms 500 --jitter-ms 500 --tail-rate 0.02 --tail-ms 10000

All contestants do the same work in one run, one after the other: for each entry one generation request, one call of a
function, one judgement. `apigen` isolates every call in a process of its own; the floor and the peer call in process.
Trust the ratios, not the seconds. CPU is that of the contestant and all its processes, not of the server.
"""

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent


class Measured(NamedTuple):
    """One contestant's figures; `cpu` and `wall` in seconds, `memory` the peak of all its processes together, MB."""

    verified: int
    wall: float
    cpu: float
    memory: float


def memory_of_tree(root: int) -> float:
    """Proportional memory of a process and its descendants, MB; 0 where the system does not tell."""
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        try:
            rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
            total += next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
            for task in Path(f"/proc/{process}/task").iterdir():
                waiting.extend(int(child) for child in (task / "children").read_text().split())
        except (OSError, StopIteration):
            continue
    return total / 1024


def measured(command: Sequence[str], read_verified: str, folder: Path) -> Measured:
    """Run a contestant to its end and measure it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    environment = os.environ | {
        "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parent}",
        "NO_COLOR": "1",
        "APIGEN_CACHE": str(folder / "cache"),
    }
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    peak, ended = 0.0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not ended.wait(0.25):
            peak = max(peak, memory_of_tree(process.pid))

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    out, err = process.communicate()
    wall = time.perf_counter() - start
    ended.set()
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}\nended with {process.returncode}:\n{err[-2000:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Measured(verified_of(out, read_verified, folder), wall, cpu, peak)


def verified_of(out: str, how: str, folder: Path) -> int:
    """How many entries a contestant verified: from its last line, or from apigen's database."""
    if how == "line":
        return int(json.loads(out.strip().splitlines()[-1])["verified"])
    command = [sys.executable, "-m", "apigen", "sql", "SELECT count(*) AS n FROM entries", "--format", "json"]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return int(json.loads(found)[0]["n"])


def apigen_command(entries: int, concurrency: int, port: int, model: str) -> list[str]:
    """The command line that does the work with apigen."""
    key = "model.api_key=${oc.env:BENCH_KEY,none}"
    return [
        sys.executable, "-m", "apigen", "generate", "source=python", f"sources.python.path={HERE / 'library.py'}",
        "style=[simple]", "prompt=[concise]", "generator.pairs=[1,1]", "sampling.examples.count=[2,2]",
        "sampling.examples.update=false", f"requests={entries}", f"concurrency={concurrency}",
        f"model={model}", f"model.base_url=http://127.0.0.1:{port}/v1", f"judge.base_url=http://127.0.0.1:{port}/v1",
        *(["model.model=bench", "judge.model=bench"] if model == "openai_server" else [key, f"judge{key[5:]}"]),
    ]  # fmt: skip


def contestants(entries: int, concurrency: int, port: int, peer: str | None) -> dict[str, tuple[list[str], str]]:
    """Command and way to read the result, by name."""
    size = (str(entries), str(concurrency), str(port))
    found: dict[str, tuple[list[str], str]] = {
        "floor": ([sys.executable, str(HERE / "floor.py"), *size], "line"),
        "apigen, openai_server": (apigen_command(entries, concurrency, port, "openai_server"), "database"),
        "apigen, litellm": (apigen_command(entries, concurrency, port, "openai/bench"), "database"),
    }
    if peer:
        found["peer"] = ([peer, str(HERE / "peer_distilabel.py"), str(entries), "cache", str(port)], "line")
    return found


def main() -> None:
    """Run all contestants at each latency and print one table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1000)
    parser.add_argument("--in-flight", type=int, nargs="+", default=[50])
    parser.add_argument("--latency-ms", type=float, nargs="+", default=[0.0, 50.0])
    parser.add_argument("--jitter-ms", type=float, default=0.0, help="up to so much more, evenly")
    parser.add_argument("--tail-rate", type=float, default=0.0, help="share of answers that take --tail-ms more")
    parser.add_argument("--tail-ms", type=float, default=0.0)
    parser.add_argument("--without", nargs="+", default=[], help="contestants to leave out: floor, openai_server, …")
    parser.add_argument("--peer-python", help="Python of an environment that has distilabel, see peer_distilabel.py")
    options = parser.parse_args()
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(HERE.parent / "apigen")], check=True)  # as pip does
    machine = f"{os.cpu_count()} cores, Python {sys.version.split()[0]}"
    print(f"{options.entries} entries, {machine}")
    print("| latency | in flight | contestant | verified | entries/s | of what the latency allows | CPU-s per 1,000 |"
          " peak MB | entries/s ÷ peer | CPU ÷ peer |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    for latency in options.latency_ms:
        for in_flight in options.in_flight:
            run_at(latency, in_flight, options)


def run_at(latency: float, in_flight: int, options: argparse.Namespace) -> None:
    """All contestants at one latency and number in flight."""
    command = [sys.executable, str(HERE / "server.py"), "--latency-ms", str(latency)]
    command += ["--jitter-ms", str(options.jitter_ms), "--tail-rate", str(options.tail_rate)]
    command += ["--tail-ms", str(options.tail_ms)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    port = int(server.stdout.readline())
    try:
        rows = {}
        for name, (command, how) in contestants(options.entries, in_flight, port, options.peer_python).items():
            if name.rpartition(" ")[2] in options.without:
                continue
            folder = Path(tempfile.mkdtemp(prefix="apigen-bench-"))
            try:
                rows[name] = measured(command, how, folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)
        mean = latency + options.jitter_ms / 2 + options.tail_rate * options.tail_ms
        print_rows(latency, in_flight, in_flight / (2 * mean / 1000) if mean else None, rows)
    finally:
        server.kill()
        server.wait()


def print_rows(latency: float, in_flight: int, possible: float | None, rows: dict[str, Measured]) -> None:
    """The table's rows; `possible` are the entries per second that two answers an entry allow."""
    peer = rows.get("peer")
    for name, row in rows.items():
        rate, cpu = row.verified / row.wall, row.cpu / max(row.verified, 1) * 1000
        ratios = "- | -"
        if peer:
            ratios = f"{rate / (peer.verified / peer.wall):.1f} | {cpu / (peer.cpu / max(peer.verified, 1) * 1000):.2f}"
        print(
            f"| {latency:g} ms | {in_flight} | {name} | {row.verified} | {rate:.0f} | "
            f"{f'{rate / possible:.0%}' if possible else '-'} | {cpu:.1f} | {row.memory:.0f} | {ratios} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
