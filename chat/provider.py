"""LangChain's chat models made from settings: which package a provider needs, its key, its address, its limits."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import Any
from urllib.parse import urlsplit

from chat.settings import Settings, outside_setting
from ingest.document import Refusal

OPENAI = "https://api.openai.com/v1"

_PACKAGES = {
    "azure_openai": "langchain_openai",
    "anthropic_bedrock": "langchain_aws",
    "bedrock": "langchain_aws",
    "bedrock_converse": "langchain_aws",
    "google_anthropic_vertex": "langchain_google_vertexai",
    "nvidia": "langchain_nvidia_ai_endpoints",
}
"""Of providers whose package is not named langchain_PROVIDER."""

_KEYS = {"google_genai": "GOOGLE_API_KEY", "huggingface": "HF_TOKEN"}
_KEYLESS = {"ollama", "azure_openai", "anthropic_bedrock", "bedrock", "bedrock_converse", "google_vertexai"}
"""Variables of keys that are not named PROVIDER_API_KEY, and providers that need none or find it their own way."""


def provider_of(settings: Settings) -> tuple[str, str]:
    """Provider and model of FOOTNOTE_CHAT_MODEL. Raises Refusal where either, the package or the key is missing."""
    provider, _, model = settings.chat_model.partition(":")
    if not provider or not model:
        raise Refusal("model-name", name=settings.chat_model)
    package = _PACKAGES.get(provider, f"langchain_{provider}")
    if find_spec(package) is None:
        raise Refusal("model-package", name=settings.chat_model, package=package.replace("_", "-"))
    if not key_of(settings, provider) and not settings.chat_base_url and provider not in _KEYLESS:
        raise Refusal("model-no-key", name=settings.chat_model, variable=_variable(provider))
    return provider, model


def key_of(settings: Settings, provider: str) -> str:
    """The key: the setting's, else that of the provider's own variable; empty where there is none."""
    return settings.chat_api_key.get_secret_value() or outside_setting(_variable(provider))


def _variable(provider: str) -> str:
    return _KEYS.get(provider, f"{provider.upper()}_API_KEY")


def make_chat_model(settings: Settings) -> Any:
    """The BaseChatModel that the settings name. Its package is imported here: 1 to 3 s."""
    from langchain.chat_models import init_chat_model

    provider, model = provider_of(settings)
    options: dict[str, Any] = {}
    if key := key_of(settings, provider):
        options["api_key"] = key
    if settings.chat_base_url:
        options["base_url"] = settings.chat_base_url
    if settings.chat_temperature is not None:
        options["temperature"] = settings.chat_temperature
    if provider == "openai":
        options |= _openai(settings, options)
    elif provider == "ollama":
        options["num_predict"] = settings.chat_output
    else:
        options |= {"max_tokens": settings.chat_output, "max_retries": 0}
    made = init_chat_model(model, model_provider=provider, **options)
    for name in ("openai", "httpx", "httpcore", "anthropic"):
        # At DEBUG they log headers and bodies; importing openai sets it where OPENAI_LOG says so.
        logging.getLogger(name).setLevel(logging.WARNING)
    return made


def _openai(settings: Settings, options: dict[str, Any]) -> dict[str, Any]:
    """What keeps OpenAI's client to one try, one address and our deadlines."""
    import httpx

    from chat.http_client import CancellableClient

    base_url = options.get("base_url", OPENAI)  # named, so that no variable of the environment leads elsewhere
    timeout = httpx.Timeout(settings.chat_read_timeout, connect=settings.chat_connect_timeout)
    loopback = (urlsplit(base_url).hostname or "") in ("localhost", "127.0.0.1", "::1")
    return {
        "base_url": base_url,
        "api_key": options.get("api_key", "none"),  # servers of one's own take none, the client insists on one
        "timeout": timeout,
        "max_retries": 0,
        "max_tokens": settings.chat_output,
        "stream_usage": True,
        "stream_chunk_timeout": None,
        "use_responses_api": False,
        # No redirects: one could carry key and prompt to another host.
        "http_async_client": CancellableClient(timeout=timeout, trust_env=not loopback, follow_redirects=False),
    }
