"""The folder that a call may write to: watched during the call, emptied after it.

Everything is done by the folder's descriptor, so that no link that a call leaves leads out of it.
"""

import contextlib
import os
import stat

from . import system

BLOCK = 512  # bytes, in which the system counts what a file takes
LEAST = 4096  # bytes that any entry counts for


class Scratch:
    """The folder at `path`, which must exist.

    `changes` holds a descriptor that is readable after anything in it was made or its own attributes were changed, or
    nothing where the system does not tell. `closed`: nothing above the folder can be moved. `suspect`: it may no longer
    be `clean`; a closed one is not after a call that has left nothing in it.
    """

    def __init__(self, path: str, closed: bool) -> None:
        self.path, self.closed = path, closed
        self.folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        self.changes = system.watch(path)
        self.suspect = True

    @property
    def clean(self) -> bool:
        """Whether it is still the same, empty folder."""
        try:
            there, held = os.stat(self.path, follow_symlinks=False), os.fstat(self.folder)
            clean = os.path.samestat(there, held) and not os.listdir(self.folder)
        except OSError:
            return False
        self.suspect = not (clean and self.closed)
        return clean

    def holds_more_than(self, size: int) -> bool:
        """Whether its files take more than `size` bytes together."""
        left = size
        folders = [os.dup(self.folder)]
        while folders:
            folder = folders.pop()
            try:
                left -= _taken(folder, folders) if left >= 0 else 0
            finally:
                os.close(folder)
        return left < 0

    def empty(self) -> None:
        """Remove all that is in it, as far as that can be done (see `clean`)."""
        with contextlib.suppress(OSError):
            os.fchmod(self.folder, 0o700)
        for entry in os.listdir(self.folder):
            self._remove(entry)
        self.suspect = True
        for changes in self.changes:
            with contextlib.suppress(BlockingIOError):
                while True:
                    os.read(changes, 1 << 16)

    def _remove(self, entry: str) -> None:
        try:
            os.unlink(entry, dir_fd=self.folder)
        except OSError:
            with contextlib.suppress(OSError):
                import shutil  # large, and seldom needed

                _open_up(entry, self.folder)
                shutil.rmtree(entry, dir_fd=self.folder)


def _taken(folder: int, folders: list[int]) -> int:
    """Bytes that the entries of a folder take; the folders among them are opened and added to `folders`."""
    taken = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(OSError):
                taken += max(LEAST, entry.stat(follow_symlinks=False).st_blocks * BLOCK)
                if entry.is_dir(follow_symlinks=False) and len(folders) < 64:
                    folders.append(os.open(entry.name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder))
    return taken


def _open_up(name: str, parent: int) -> None:
    """Give back the rights on a folder and those below it that a call took away, so that they can be removed."""
    if not stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode):
        return
    with contextlib.suppress(OSError):  # where changing rights is forbidden to calls, none are missing
        os.chmod(name, 0o700, dir_fd=parent)
    folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=parent)
    try:
        for entry in os.listdir(folder):
            _open_up(entry, folder)
    finally:
        os.close(folder)
