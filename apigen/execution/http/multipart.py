"""Bodies of type multipart/form-data (RFC 7578)."""

import hashlib
from collections.abc import Iterator, Mapping, Set

from apigen.execution.http.bodies import file_bytes
from apigen.execution.http.styles import as_text
from apigen.records import Json


def multipart(
    fields: Mapping[str, Json], schemas: Mapping[str, Mapping[str, Json]], files: Set[str]
) -> tuple[bytes, str]:
    """The body and its content type. Lists are repeated fields; objects are JSON; binary strings are files.

    The boundary follows from the fields, so that the same call is the same request.

    Args:
        files: names of fields that are given in base64 and sent as their bytes.

    Raises:
        Unmade: one of them is not base64.
    """
    parts = [
        part for name, value in fields.items() for part in _parts(name, value, schemas.get(name, {}), name in files)
    ]
    boundary = "apigen-" + hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]
    lines = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), part) for part in parts)
    return lines + b"--%s--\r\n" % boundary.encode(), f"multipart/form-data; boundary={boundary}"


def _parts(name: str, value: Json, schema: Mapping[str, Json], file: bool) -> Iterator[bytes]:
    if isinstance(value, list):
        items = schema.get("items")
        for item in value:
            yield from _parts(name, item, items if isinstance(items, dict) else {}, file)
        return
    if value is None:
        return
    quoted = name.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")
    head = f'Content-Disposition: form-data; name="{quoted}"'
    if file or _is_file(schema):
        head += '; filename="file"\r\nContent-Type: application/octet-stream'
    elif isinstance(value, dict):
        head += "\r\nContent-Type: application/json"
    content = file_bytes(name, value) if file else as_text(value).encode()
    yield f"{head}\r\n\r\n".encode() + content


def _is_file(schema: Mapping[str, Json]) -> bool:
    return schema.get("format") == "binary" or "contentMediaType" in schema
