"""MCP servers (Model Context Protocol): described as plain data, started in confinement, spoken to.

The source lists a server's tools and the executor calls them; both speak to it through a `Connection`. The protocol
itself is the official SDK's (`mcp`, an extra), imported only when a server is really spoken to.
"""

from apigen.mcp.server import McpTimeout, RpcError, Server, ServerFailed

__all__ = ["McpTimeout", "RpcError", "Server", "ServerFailed"]
