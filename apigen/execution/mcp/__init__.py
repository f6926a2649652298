"""Calls to the tools of MCP servers."""

from apigen.execution.mcp.executor import McpExecutor

__all__ = ["McpExecutor"]
