"""API sources: Python functions, JSON tool lists, REST documents and MCP servers become `Api` records here."""

from typing import TYPE_CHECKING

from apigen.lazy import lazily

if TYPE_CHECKING:
    from apigen.sources.admission import Admission, Admitted
    from apigen.sources.mcp import McpSource
    from apigen.sources.openapi import OpenAPISource
    from apigen.sources.python import PythonSource
    from apigen.sources.tools import ToolsSource

__all__ = ["Admission", "Admitted", "McpSource", "OpenAPISource", "PythonSource", "ToolsSource"]
__getattr__ = lazily(
    __name__,
    {
        **dict.fromkeys(("Admission", "Admitted"), "admission"),
        "McpSource": "mcp",
        "OpenAPISource": "openapi",
        "PythonSource": "python",
        "ToolsSource": "tools",
    },
)
