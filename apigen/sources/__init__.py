"""API sources: Python functions and JSON tool lists become `Api` records here."""

from apigen.sources.admission import Admission, Admitted
from apigen.sources.mcp import McpSource
from apigen.sources.openapi import OpenAPISource
from apigen.sources.python import PythonSource
from apigen.sources.tools import ToolsSource

__all__ = ["Admission", "Admitted", "McpSource", "OpenAPISource", "PythonSource", "ToolsSource"]
