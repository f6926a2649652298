"""Makes every litellm name a choice of the config group `model`: `model=anthropic/claude-3-5-sonnet-latest`.

Hydra looks for `conf/model/anthropic/claude-3-5-sonnet-latest.yaml`. A file of that name wins; else the config source
here, last in every search path, answers with `model/litellm.yaml` and the name put into it. Only names that begin with
a provider of litellm are answered, so that a mistyped choice stays an error. Nothing is offered to tab completion.
"""

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from omegaconf import DictConfig

SCHEME = "litellm"

_PROVIDERS = """
a2a a2a_agent ai21 ai21_chat aiml aiohttp_openai amazon_nova anthropic anthropic_text apertis azure azure_ai
azure_text baseten bedrock bedrock_mantle bytez cerebras charity_engine chatgpt chutes clarifai cloudflare codestral
cognition cohere cohere_chat cometapi compactifai cortecs cursor custom custom_openai darkbloom dashscope databricks
datarobot deepinfra deepseek docker_model_runner edenai empower featherless_ai fireworks_ai friendliai galadriel gdc
gemini gigachat github github_copilot gradient_ai groq helicone heroku hosted_vllm huggingface hyperbolic inception
lambda_ai langflow langgraph lemonade libertai litellm_agent litellm_proxy llamafile lm_studio manus maritalk meta
meta_llama minimax mistral modelscope moonshot morph nadir nano-gpt nebius neosantara nlp_cloud novita nscale
nvidia_nim nvidia_riva oci ollama ollama_chat oobabooga openai openai_like openrouter ovhcloud parasail perplexity
petals pinstripes poe predibase publicai qwen_ai_platform qwencloud ragflow reka replicate sagemaker sagemaker_chat
sagemaker_nova sail sambanova sap scaleway scx-ai snowflake soniox synthetic tencent tensormesh
text-completion-codestral text-completion-inception text-completion-openai together_ai triton typesafe v0
vercel_ai_gateway vertex_ai vertex_ai_beta vllm volcengine wandb watsonx watsonx_text xai xiaomi_mimo xinference zai
"""

PROVIDERS = frozenset(_PROVIDERS.split())
"""Providers of litellm that answer chat requests, so that litellm need not be imported to compose a configuration."""

_NAME = re.compile(r"model/(?P<model>(?P<provider>[\w\-]+)/[^\s/].*)")


def model_name(config_path: str) -> str | None:
    """The litellm model that a config path such as `model/openai/gpt-4o` names, if it does."""
    match = _NAME.fullmatch(config_path)
    return match["model"] if match and match["provider"] in PROVIDERS else None


def model_node(name: str) -> "DictConfig":
    """The config that stands for `name`: that of `model/litellm.yaml` with the name put in."""
    from omegaconf import OmegaConf

    config = OmegaConf.create({"defaults": ["/model/litellm@_here_", "_self_"]})
    config["model"] = name.replace("${", "\\${")
    return config


def register() -> None:
    """Tell Hydra; to be called before it composes. Further calls change nothing."""
    from hydra._internal.config_search_path_impl import ConfigSearchPathImpl
    from hydra.core.config_search_path import ConfigSearchPath
    from hydra.core.object_type import ObjectType
    from hydra.core.plugins import Plugins
    from hydra.plugins.config_source import ConfigLoadError, ConfigResult, ConfigSource
    from hydra.plugins.search_path_plugin import SearchPathPlugin

    class LiteLLMNames(ConfigSource):
        """Answers for every name of a litellm model."""

        @staticmethod
        def scheme() -> str:
            return SCHEME

        def load_config(self, config_path: str) -> ConfigResult:
            name = model_name(config_path)
            if name is None:
                raise ConfigLoadError(f"{config_path} names no model of litellm")
            path = f"{SCHEME}://{name}"
            return ConfigResult(provider=self.provider, path=path, config=model_node(name), header={"package": None})

        def available(self) -> bool:
            return True

        def is_group(self, config_path: str) -> bool:
            return False

        def is_config(self, config_path: str) -> bool:
            return model_name(config_path) is not None

        def list(self, config_path: str, results_filter: ObjectType | None) -> list[str]:
            return []

    class NamesLast(ConfigSearchPathImpl):
        """A search path that keeps the names behind all files, even those that are added later."""

        def get_path(self) -> Any:
            path = super().get_path()
            names = [element for element in path if element.provider == SCHEME]
            schema = [element for element in path if element.provider == "schema"]
            path[:] = [element for element in path if element.provider not in (SCHEME, "schema")] + names + schema
            return path

    class AppendNames(SearchPathPlugin):
        """Puts the names at the end of every search path."""

        def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
            search_path.append(SCHEME, f"{SCHEME}://")
            search_path.__class__ = NamesLast

    plugins = Plugins.instance()
    known = {plugin.__name__ for plugin in plugins.discover(SearchPathPlugin)}
    if AppendNames.__name__ not in known:
        plugins.register(LiteLLMNames)
        plugins.register(AppendNames)
