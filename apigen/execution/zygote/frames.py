"""Frames on the socket between engine and worker: four bytes of length, big-endian, then the content.

A request is JSON. A reply is a JSON header, a line feed, and what the child wrote, passed on unread.
"""

import struct
from os import read, write

HEADER = struct.Struct(">I")


def pack(content: bytes) -> bytes:
    """`content` as one frame."""
    return HEADER.pack(len(content)) + content


def read_frame(descriptor: int) -> bytes:
    """The next frame, waiting for it.

    Raises:
        EOFError: the other side is gone.
    """
    (length,) = HEADER.unpack(_read_exactly(descriptor, HEADER.size))
    return _read_exactly(descriptor, length)


def write_all(descriptor: int, content: bytes) -> None:
    """Write everything, waiting as long as it takes.

    Raises:
        OSError: the other side is gone.
    """
    rest = memoryview(content)
    while rest:
        rest = rest[write(descriptor, rest) :]


def _read_exactly(descriptor: int, length: int) -> bytes:
    content = bytearray()
    while len(content) < length:
        chunk = read(descriptor, min(length - len(content), 1 << 20))
        if not chunk:
            raise EOFError
        content += chunk
    return bytes(content)
