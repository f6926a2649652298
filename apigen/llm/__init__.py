"""Models: one small interface (`model.py`) and its implementations."""

from apigen.llm.offline import Mistakes, OfflineModel

__all__ = ["Mistakes", "OfflineModel"]
