"""The end of what a call or an import started: processes that are children of this one, near or far."""

import contextlib
import os
import signal

from . import system

BLIND_LOOKS = 100


def end_group(child: int) -> None:
    """Kill those that stayed in the group of a child, which has ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)


def sweep(namespaces: bool) -> None:
    """Kill and reap all children, those that they left behind included (this process is their subreaper).

    Args:
        namespaces: whether all processes that can be seen come from this one.
    """
    blind = 0
    while blind < BLIND_LOOKS:
        try:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return
        if namespaces:
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        left = system.children()
        if not left:  # the list may miss one while others come and go, or this system does not give it
            blind += 1
            continue
        for child in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
        os.waitpid(-1, 0)
