"""llama.cpp's OpenAI-compatible server out of the xllamacpp wheel, as a process. Started as a script, by `watch.py`.

The first line of standard input holds the settings as JSON. Ends on a signal only.
"""

import json
import sys
import threading

WARNINGS = 2


def main() -> None:
    """Load the model, say where it listens, and serve."""
    settings = json.loads(sys.stdin.readline())
    import xllamacpp

    wanted = xllamacpp.CommonParams()
    wanted.model.path = settings["file"]
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = 0  # a free one
    wanted.api_keys = [settings["key"]]
    wanted.n_parallel = settings["slots"]
    wanted.n_ctx = settings["slots"] * settings["context"]
    wanted.cpuparams.n_threads = settings["threads"]
    wanted.cpuparams_batch.n_threads = settings["threads"]
    wanted.n_threads_http = settings["slots"] + 2
    wanted.cache_ram_mib = settings["prefix_cache_mib"]
    wanted.endpoint_metrics = True
    wanted.ui = False
    wanted.verbosity = WARNINGS
    server = xllamacpp.Server(wanted)
    print(f"listening on {server.listening_address}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
