"""OpenAPI documents → APIs that can be called: retrieve, read, resolve, flatten, describe."""

from apigen.sources.openapi.source import OpenAPISource

__all__ = ["OpenAPISource"]
