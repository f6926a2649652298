"""An MCP server written with the official SDK, of either generation: `official.py stdio|PORT`."""

import sys
from typing import TypedDict

from mcp.types import ToolAnnotations

try:
    from mcp.server import MCPServer as Server
except ImportError:
    from mcp.server.fastmcp import FastMCP as Server


class Weather(TypedDict):
    """What the weather is like."""

    degrees: float
    sky: str


transport = sys.argv[1]
READ_ONLY = ToolAnnotations(readOnlyHint=True)
server = Server("weather")


@server.tool(annotations=READ_ONLY)
def weather(city: str, days: int = 1) -> Weather:
    """The weather of a city.

    Args:
        city: Name of the city.
    """
    return {"degrees": 20.0 + days, "sky": f"blue over {city}"}


@server.tool(annotations=READ_ONLY)
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


@server.tool(annotations=READ_ONLY)
def broken(text: str) -> str:
    """Always fails."""
    raise ValueError(f"no {text}")


@server.tool(annotations=READ_ONLY)
def huge(characters: int) -> str:
    """A long text."""
    return "x" * characters


@server.tool()
def delete(name: str) -> str:
    """Deletes something."""
    return f"{name} is gone"


if transport == "stdio":
    server.run()
else:
    import uvicorn

    uvicorn.run(server.streamable_http_app(), host="127.0.0.1", port=int(transport), log_level="error")
