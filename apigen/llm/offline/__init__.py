"""The embedded offline model: no weights, no key, no network; answers follow from the prompt and the seed."""

from apigen.llm.offline.model import Mistakes, OfflineModel

__all__ = ["Mistakes", "OfflineModel"]
