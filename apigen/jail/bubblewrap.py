"""The options of bubblewrap (`bwrap`): namespaces of its own, and a file system of only what may be read.

The worker is process 1 of its namespaces: what it starts ends with it, signals from within do not reach it, and nothing
outside can be named. Everything is read-only but the scratch folder, which is memory of a limited size; /tmp is another
name for it, unless a library lies there.
"""

import os
import shutil
import sys
from collections.abc import Iterator

from apigen.jail.places import SYSTEM, Places, network_settings

NOBODY = 65534
SCRATCH = "/scratch"


def find() -> str | None:
    """Path of `bwrap`: beside this Python (a wheel brings it), or on the search path."""
    beside = os.path.join(os.path.dirname(sys.executable), "bwrap")
    return beside if os.access(beside, os.X_OK) else shutil.which("bwrap")


def options(places: Places, *, network: bool, scratch_bytes: int, first: bool) -> Iterator[str]:
    """What comes between `bwrap` and the command. `first`: whether the command is process 1."""
    yield from ("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session")
    if first:
        yield "--as-pid-1"
    yield from ("--uid", str(NOBODY), "--gid", str(NOBODY), "--hostname", "jail", "--cap-drop", "ALL")
    if network:
        yield "--share-net"
    yield from ("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev")
    yield from ("--size", str(max(scratch_bytes, 1 << 16)), "--tmpfs", SCRATCH)
    if not any(path.startswith("/tmp") for path in (*places.read, *places.listed)):
        yield from ("--symlink", SCRATCH, "/tmp")
    for folder in places.listed:  # an empty one unless something below it is shown
        yield from ("--dir", folder)
    for path in (*places.read, *(network_settings() if network else ())):
        if path in SYSTEM and os.path.islink(path):
            yield from ("--symlink", os.readlink(path), path)
        else:
            yield from ("--ro-bind", path, path)
    yield from ("--remount-ro", "/", "--chdir", SCRATCH)
