"""Models: one small interface (`model.py`) and its implementations."""

from apigen.llm.batch import OpenAIBatch
from apigen.llm.litellm_model import LiteLLM
from apigen.llm.local import LocalModel
from apigen.llm.mixture import Mixture
from apigen.llm.offline import Mistakes, OfflineModel
from apigen.llm.openai_http import OpenAIServer

__all__ = ["LiteLLM", "LocalModel", "Mistakes", "Mixture", "OfflineModel", "OpenAIBatch", "OpenAIServer"]
