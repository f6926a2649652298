"""Who is asking for what: a claim is a lock on one byte of a file, at an offset made from the key.

The system frees the locks of a process that ends in any way, `kill -9` included, so a claim never outlives its owner.
Taking one costs a system call and writes nothing. On Linux the locks belong to the open file (F_OFD_SETLK), so two
caches of one process exclude each other too; elsewhere they belong to the process.
"""

import fcntl
import os
import struct
import sys
from pathlib import Path

_OFD_SETLK: int | None = getattr(fcntl, "F_OFD_SETLK", None) if sys.platform == "linux" else None
_flock = struct.Struct("hhqqi4x").pack  # struct flock of Linux, 64-bit offsets: type, whence, start, length, process


class Claims:
    """The claims of one user of the cache in `folder`."""

    def __init__(self, folder: Path) -> None:
        path = folder / "responses.claims"
        self._file = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)

    def take(self, key: bytes) -> bool:
        """Claim `key`; False if another has it."""
        try:
            self._set(fcntl.F_WRLCK, _offset(key))
        except (BlockingIOError, PermissionError):
            return False
        return True

    def free(self, key: bytes) -> None:
        """Give the claim back, if it is held."""
        if self._file >= 0:
            self._set(fcntl.F_UNLCK, _offset(key))

    def close(self) -> None:
        """Give all claims back."""
        file, self._file = self._file, -1
        os.close(file)

    def _set(self, kind: int, start: int) -> None:
        if _OFD_SETLK is not None:
            fcntl.fcntl(self._file, _OFD_SETLK, _flock(kind, os.SEEK_SET, start, 1, 0))
        elif kind == fcntl.F_UNLCK:
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, start)
        else:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, start)


def _offset(key: bytes) -> int:
    return int.from_bytes(key[:8], "big") >> 2
