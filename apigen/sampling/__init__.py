"""Samplers: which query style, APIs, examples and prompt template a request gets."""

from apigen.sampling.api import ApiSampler
from apigen.sampling.example import ExampleSampler, SeedPool
from apigen.sampling.plan import Plan, Sampling
from apigen.sampling.prompt import PromptTemplate
from apigen.sampling.style import QueryStyle

__all__ = ["ApiSampler", "ExampleSampler", "Plan", "PromptTemplate", "QueryStyle", "Sampling", "SeedPool"]
