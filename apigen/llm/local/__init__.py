"""Local models: a GGUF file, served by llama.cpp in a process of its own that lives no longer than the run."""

from apigen.llm.local.model import LocalModel

__all__ = ["LocalModel"]
