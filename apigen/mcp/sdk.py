"""The official SDK, imported when it is needed, and all in which its generations 1.x and 2.x differ for us.

Requests are sent with a result type that takes anything: answers come as the plain JSON of the wire, whose spelling is
one, while the SDK's own models changed theirs from camelCase to snake_case.
"""

import importlib
import logging
from typing import Any

from pydantic import BaseModel, ConfigDict

from apigen.mcp.server import RpcError, ServerFailed
from apigen.reasons import Reason
from apigen.records import Json

INSTALL = "pip install 'apigen-datasets[mcp]'"
CONNECTION_CLOSED = -32000
_UNSUPPORTED_VERSION, _UNKNOWN_METHOD = -32022, -32601
_LOGGERS = ("mcp", "client", "httpx", "httpx2", "httpcore", "httpcore2")


SHELTER = "apigen/result"  # the key in `_meta` below which a result is carried past the SDK's own checks


class _Anything(BaseModel):
    model_config = ConfigDict(extra="allow")


class Sdk:
    """The installed SDK.

    Raises:
        ServerFailed: it is not installed.
    """

    def __init__(self) -> None:
        try:
            self.types = importlib.import_module("mcp.types")
            self.mcp = importlib.import_module("mcp")
            self.errors = importlib.import_module("mcp.shared.exceptions")
            self.message_type = importlib.import_module("mcp.shared.message").SessionMessage
        except ImportError as error:
            raise ServerFailed(
                f"the MCP SDK cannot be imported ({error})", remedy=INSTALL, reason=Reason.not_executable
            ) from None
        self.rpc_error: type[Exception] = getattr(self.errors, "MCPError", None) or self.errors.McpError
        quieten()

    def session(self, read: Any, write: Any) -> Any:
        """A `ClientSession` over two streams of messages."""
        return self.mcp.ClientSession(read, write)

    def message(self, payload: dict[str, Json]) -> Any:
        """A JSON-RPC message as the SDK's streams carry it.

        Raises:
            ValueError: it is none.
        """
        adapter = getattr(self.types, "jsonrpc_message_adapter", None)
        if adapter is not None:
            return self.message_type(adapter.validate_python(payload, by_name=False))
        return self.message_type(self.types.JSONRPCMessage.model_validate(payload))

    @staticmethod
    def text(message: Any) -> str:
        """A message of the SDK as JSON text of one line."""
        found: str = message.message.model_dump_json(by_alias=True, exclude_unset=True)
        return found

    @staticmethod
    def shelter(message: Any) -> None:
        """Carry a list of tools or a tool's result past the SDK: one odd tool would make it drop all of them."""
        answer = getattr(message, "message", None)
        result = getattr(getattr(answer, "root", answer), "result", None)
        if isinstance(result, dict):
            for key in ("tools", "content"):
                if key in result:
                    whole = dict(result)
                    kept = {name: result[name] for name in ("resultType", "ttlMs", "cacheScope") if name in result}
                    result.clear()
                    result.update({**kept, key: [], "_meta": {SHELTER: whole}})
                    return

    async def greet(self, session: Any) -> None:
        """Agree with the server on a version of the protocol.

        Raises:
            RpcError: the server refuses.
            RuntimeError: it speaks a version that the SDK does not.
        """
        try:
            await session.initialize()
        except self.rpc_error as error:
            told = read_error(error)
            if told.code not in (_UNSUPPORTED_VERSION, _UNKNOWN_METHOD) or not hasattr(session, "discover"):
                raise told from None
            try:
                await session.discover()  # protocol versions of 2026 and later know no handshake
            except self.rpc_error:
                raise told from None

    async def list_tools(self, session: Any, cursor: str | None) -> dict[str, Json]:
        """One page of the server's tools, as on the wire."""
        params = self.types.PaginatedRequestParams(cursor=cursor) if cursor is not None else None
        return await self._send(session, self.types.ListToolsRequest(method="tools/list", params=params))

    async def call_tool(self, session: Any, name: str, arguments: dict[str, Json]) -> dict[str, Json]:
        """The result of a tool, as on the wire."""
        params = self.types.CallToolRequestParams(name=name, arguments=arguments)
        return await self._send(session, self.types.CallToolRequest(method="tools/call", params=params))

    async def _send(self, session: Any, request: Any) -> dict[str, Json]:
        if isinstance(self.types.ClientRequest, type):  # 1.x wraps requests
            request = self.types.ClientRequest(request)
        try:
            answer = await session.send_request(request, _Anything)
        except self.rpc_error as error:
            raise read_error(error) from None
        found: dict[str, Json] = answer.model_dump()
        meta = found.get("_meta")
        sheltered = meta.get(SHELTER) if isinstance(meta, dict) else None
        return sheltered if isinstance(sheltered, dict) else found


def read_error(error: Exception) -> RpcError:
    """The SDK's exception with the server's code and words."""
    told = getattr(error, "error", None)
    code = getattr(told, "code", None)
    return RpcError(code if isinstance(code, int) else 0, str(getattr(told, "message", None) or error))


def quieten() -> None:
    """Keep the SDK and its HTTP client from logging: addresses and messages may hold secrets. Chosen levels stay."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if logger.level == logging.NOTSET:
            logger.setLevel(logging.CRITICAL + 1)
