"""An MCP server written by hand, so that it can misbehave in every way: `plain.py [MODE] [MARKER …]`."""

import json
import os
import subprocess
import sys
import time

READ_ONLY = {"readOnlyHint": True}
TEXT = {"type": "object", "properties": {"text": {"type": "string", "description": "Any text."}}, "required": ["text"]}
NOTHING = {"type": "object", "properties": {}}
WEATHER = {
    "type": "object",
    "properties": {"degrees": {"type": "number"}, "sky": {"type": "string"}},
    "required": ["degrees"],
    "additionalProperties": False,
}


def tool(name, schema=TEXT, hints=READ_ONLY, **more):
    return {"name": name, "description": f"Does {name}.", "inputSchema": schema, "annotations": hints, **more}


TOOLS = [
    tool("echo"),
    tool("weather", TEXT, outputSchema=WEATHER),
    tool("wrong_weather", TEXT, outputSchema=WEATHER),
    tool("no_weather", TEXT, outputSchema=WEATHER),
    tool("fail"),
    tool("refuse"),
    tool("unknown"),
    tool("break"),
    tool("slow"),
    tool("die"),
    tool("die_once"),
    tool("die_idempotent", TEXT, {"idempotentHint": True}),
    tool("huge"),
    tool("endless"),
    tool("image"),
    tool("parts"),
    tool("resource"),
    tool("nothing"),
    tool("not_a_number"),
    tool("deep"),
    tool("noisy"),
    tool("shout"),
    tool("environment"),
    tool("daemon"),
    tool("asks_back"),
    tool("malformed"),
    tool("write", TEXT, {"readOnlyHint": False, "destructiveHint": False}),
    tool("unmarked", TEXT, {}),
    tool("odd name/with spaces", TEXT),
    tool("odd name with spaces", TEXT),
    tool("strict", {**TEXT, "additionalProperties": False}),
    tool("only_as_task", TEXT, execution={"taskSupport": "required"}),
    tool("also_as_task", TEXT, execution={"taskSupport": "optional"}),
    tool("not_a_schema", {"type": "object", "properties": {"a": "nonsense"}}),
]


def texts(*values, **more):
    return {"content": [{"type": "text", "text": value} for value in values], **more}


def call(name, arguments):
    text = arguments.get("text")
    if name == "echo" and not isinstance(text, str):
        raise RpcError(-32602, "text must be a string")
    if name in ("echo", "write", "unmarked", "strict") or name.startswith("odd"):
        return texts(text)
    if name == "weather":
        return {**texts("fine"), "structuredContent": {"degrees": 21.5, "sky": text}}
    if name == "wrong_weather":
        return {**texts("fine"), "structuredContent": {"degrees": "warm"}}
    if name == "no_weather":
        return texts("fine")
    if name == "fail":
        return texts(f"no {text} here", isError=True)
    if name == "refuse":
        raise RpcError(-32602, "there is no such city")
    if name == "unknown":
        raise RpcError(-32601, "method not found")
    if name == "break":
        raise RpcError(-32603, "internal error")
    if name == "slow":
        time.sleep(60)
    if name in ("die", "die_idempotent"):
        print("the database is gone", file=sys.stderr, flush=True)
        os._exit(3)
    if name == "die_once":
        if not os.path.exists(text):
            with open(text, "w"):
                os._exit(3)
        return texts("alive")
    return special(name, text)


def special(name, text):
    if name == "huge":
        return texts("x" * 20_000)
    if name == "endless":
        while True:
            sys.stdout.write("x" * (1 << 20))
    if name == "image":
        return {"content": [{"type": "image", "mimeType": "image/png", "data": "aGVsbG8="}]}
    if name == "parts":
        return texts("first", '{"second": 2}')
    if name == "resource":
        inner = {"uri": "file:///a.txt", "mimeType": "text/plain", "text": "inside"}
        link = {"type": "resource_link", "uri": "file:///b.txt", "name": "b"}
        return {"content": [{"type": "resource", "resource": inner}, link]}
    if name == "nothing":
        return {"content": []}
    if name == "not_a_number":
        return {**texts("?"), "structuredContent": {"value": float("nan")}}
    if name == "deep":
        return texts("[" * 80 + "]" * 80)
    if name == "noisy":
        sys.stderr.write("log line\n" * 100_000)
        return texts(text)
    if name == "shout":
        print("Loading model ...")
        print('{"progress": 50}')
        return texts(text)
    if name == "environment":
        return texts(json.dumps({"cwd": os.getcwd(), **os.environ}))
    if name == "daemon":
        line = [sys.executable, "-c", "import time; time.sleep(600)", *sys.argv[2:]]
        subprocess.Popen(line, start_new_session=True)
        return texts("started")
    if name == "asks_back":
        return asked_back()
    if name == "malformed":
        return {"content": "no list"}
    raise RpcError(-32602, f"Unknown tool: {name}")


def asked_back():
    say({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "a word"}})
    say({"jsonrpc": "2.0", "id": "a", "method": "ping"})
    say({"jsonrpc": "2.0", "id": "b", "method": "sampling/createMessage", "params": {}})
    return texts(sys.stdin.readline(), sys.stdin.readline())


class RpcError(Exception):
    def __init__(self, code, message):
        self.answer = {"code": code, "message": message}


def say(message):
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def answer(request, mode):
    method, params = request["method"], request.get("params") or {}
    if method == "initialize":
        version = "1999-01-01" if mode == "old" else params["protocolVersion"]
        return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": {"name": "x", "version": "1"}}
    if method == "tools/list":
        if mode == "no_list":
            raise RpcError(-32603, "no database")
        start = int(params.get("cursor") or 0)
        tools = [] if mode == "no_tools" else TOOLS[start : start + 10]
        more = {"nextCursor": "0"} if mode == "circle" else {"nextCursor": str(start + 10)} if tools else {}
        return {"tools": tools, **more}
    if method == "tools/call":
        return call(params["name"], params.get("arguments") or {})
    raise RpcError(-32601, f"no method {method}")


def main(mode):
    if mode == "exits":
        print("a line\nImportError: no database driver", file=sys.stderr)
        sys.exit(2)
    if mode == "leaks":
        sys.exit(f"cannot log in with {os.environ['SERVER_TOKEN']}")
    if mode == "silent":
        time.sleep(600)
    if mode == "rubbish":
        sys.exit(print("Welcome to the shell\n> "))
    if mode == "flood":
        while True:
            print("y" * 1000)
    if mode == "banner":
        print("Server ready.", flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        if "id" not in request or "method" not in request:
            continue
        try:
            say({"jsonrpc": "2.0", "id": request["id"], "result": answer(request, mode)})
        except RpcError as error:
            say({"jsonrpc": "2.0", "id": request["id"], "error": error.answer})
    if mode == "stays":  # does not end when it is asked to
        time.sleep(600)


main(sys.argv[1] if len(sys.argv) > 1 else "")
