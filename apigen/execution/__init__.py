"""Execution: how a call is really made, outside the engine's process."""

from apigen.execution.cassette import Execution
from apigen.execution.executor import ExecutionSession, Executor
from apigen.execution.http.executor import HttpExecutor
from apigen.execution.mcp import McpExecutor
from apigen.execution.python import PythonExecutor
from apigen.execution.router import Calls

__all__ = ["Calls", "Execution", "ExecutionSession", "Executor", "HttpExecutor", "McpExecutor", "PythonExecutor"]
