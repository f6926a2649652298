"""The response cache: every answer of a model is stored the moment it arrives, so that it is never paid for twice.

One SQLite file holds the answers of all runs on a machine, keyed by everything that determines them. Any number of
processes use it at once; what two of them ask at the same moment is asked of the provider once.
"""

from apigen.llm.cache.responses import ResponseCache, Responses

__all__ = ["ResponseCache", "Responses"]
