"""Models: one small interface (`model.py`) and its implementations."""

from typing import TYPE_CHECKING

from apigen.lazy import lazily

if TYPE_CHECKING:
    from apigen.llm.batch import OpenAIBatch
    from apigen.llm.litellm_model import LiteLLM
    from apigen.llm.local import LocalModel
    from apigen.llm.mixture import Mixture
    from apigen.llm.offline import Mistakes, OfflineModel
    from apigen.llm.openai_http import OpenAIServer

__all__ = ["LiteLLM", "LocalModel", "Mistakes", "Mixture", "OfflineModel", "OpenAIBatch", "OpenAIServer"]
__getattr__ = lazily(
    __name__,
    {
        "LiteLLM": "litellm_model",
        "LocalModel": "local",
        "Mistakes": "offline",
        "Mixture": "mixture",
        "OfflineModel": "offline",
        "OpenAIBatch": "batch",
        "OpenAIServer": "openai_http",
    },
)
