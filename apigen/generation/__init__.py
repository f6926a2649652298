"""Generation: a sample becomes a prompt, the model's text becomes candidates."""

from apigen.generation.generator import CallFirst, Generation, Generator, QueryFirst
from apigen.reading import Reading

__all__ = ["CallFirst", "Generation", "Generator", "QueryFirst", "Reading"]
