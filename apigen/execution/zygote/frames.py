"""Frames on the socket between engine and worker: four bytes of length, big-endian, then the content.

The engine's content is in Python's `marshal` format, which is read fast and only ever goes this way: a list of
requests, made one after the other. Each is answered by a frame of its own: a JSON header, empty if there is nothing to
say, a line feed, and what the child wrote, passed on unread.
"""

import struct
from os import read, write

HEADER = struct.Struct(">I")


def pack(content: bytes) -> bytes:
    """`content` as one frame."""
    return HEADER.pack(len(content)) + content


def read_frame(descriptor: int) -> bytes:
    """The next frame, waiting for it. The other side sends no further one before it is answered.

    Raises:
        EOFError: the other side is gone.
    """
    content = b""
    while len(content) < HEADER.size:
        content += _some(descriptor, 1 << 16)
    (length,) = HEADER.unpack_from(content)
    if len(content) - HEADER.size == length:
        return content[HEADER.size :]
    parts = bytearray(content)
    while len(parts) - HEADER.size < length:
        parts += _some(descriptor, 1 << 20)
    return bytes(parts[HEADER.size :])


def write_all(descriptor: int, content: bytes) -> None:
    """Write everything, waiting as long as it takes.

    Raises:
        OSError: the other side is gone.
    """
    written = write(descriptor, content)
    while written < len(content):
        written += write(descriptor, memoryview(content)[written:])


def _some(descriptor: int, size: int) -> bytes:
    chunk = read(descriptor, size)
    if not chunk:
        raise EOFError
    return chunk
