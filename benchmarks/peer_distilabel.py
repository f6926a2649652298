"""The same work by distilabel's APIGen steps, the nearest peer; needs an environment of its own.

    pip install 'distilabel[openai]==1.5.3' openai==1.60.0 datasets==3.2.0 pydantic==2.10.5 httpx==0.27.2 requests
    python benchmarks/peer_distilabel.py ENTRIES CACHE_FOLDER PORT

Its generator, execution checker (in process, not isolated) and semantic checker; batches of 50, no cache.
"""

import inspect
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"

import library
from distilabel.models import OpenAILLM
from distilabel.pipeline import Pipeline
from distilabel.steps import CombineOutputs, DataSampler, LoadDataFromDicts
from distilabel.steps.tasks import APIGenExecutionChecker, APIGenGenerator, APIGenSemanticChecker
from distilabel.steps.tasks.apigen.utils import PrepareExamples

TYPES = {int: "integer", float: "number", str: "string", bool: "boolean"}


def tool(name: str) -> dict[str, Any]:
    """The OpenAI document of a function of the library."""
    function = getattr(library, name)
    parameters = inspect.signature(function).parameters.values()
    properties = {p.name: {"type": TYPES.get(p.annotation, "array"), "description": p.name} for p in parameters}
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    description = (function.__doc__ or "").splitlines()[0]
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


def rows(entries: int) -> list[dict[str, str]]:
    """One row an entry, over all functions in turn."""
    names = list(library.CALLS)
    tools = {name: tool(name) for name in names}
    chosen = (names[number % len(names)] for number in range(entries))
    return [
        {
            "func_name": name,
            "func_desc": tools[name]["function"]["description"],
            "tools": json.dumps([tools[name]]),
        }
        for name in chosen
    ]


def pipeline(entries: int, cache: str, port: int) -> Any:
    """The peer's pipeline."""
    seeds = [
        {"query": f"Please call {name}.", "answers": json.dumps([{"name": name, "arguments": arguments}])}
        for name, arguments in library.CALLS.items()
    ]

    def model() -> Any:
        settings = {"max_new_tokens": 1024, "temperature": 0.7}
        url = f"http://127.0.0.1:{port}/v1"
        return OpenAILLM(model="bench", base_url=url, api_key="none", generation_kwargs=settings)

    with Pipeline(name="apigen-peer", cache_dir=cache) as made:
        load = LoadDataFromDicts(name="load", data=rows(entries), batch_size=50)
        sampler = DataSampler(name="sampler", data=seeds, size=2, samples=entries, batch_size=50)
        prepare = PrepareExamples(name="prepare", input_batch_size=50)
        combine = CombineOutputs(name="combine")
        generator = APIGenGenerator(name="generator", llm=model(), input_batch_size=50)
        path = str(Path(library.__file__).resolve())
        execution = APIGenExecutionChecker(name="execution", libpath=path, input_batch_size=50)
        semantic = APIGenSemanticChecker(name="semantic", llm=model(), input_batch_size=50)
        sampler >> prepare
        [load, prepare] >> combine >> generator >> execution >> semantic
    return made


if __name__ == "__main__":
    count, folder, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    data = pipeline(count, folder, port).run(use_cache=False)["default"]["train"]
    kept = zip(data["keep_row_after_execution_check"], data["keep_row_after_semantic_check"], strict=True)
    print(json.dumps({"verified": sum(1 for executed, fits in kept if executed and fits)}))
