"""What a call prints: one pipe for all calls, which is empty before each."""

import os
from contextlib import suppress
from os import close, pipe, read

SHOWN_OUTPUT = 4096
CHUNK = 1 << 16  # bytes, as many as a pipe holds


class Output:
    """The pipe that children print to, as standard output and error of this process. `shown` is what one printed."""

    def __init__(self) -> None:
        self.read_end, write_end = pipe()
        os.set_blocking(self.read_end, False)
        for number in (1, 2):
            os.dup2(write_end, number)
        close(write_end)
        self.shown, self.total = b"", 0

    def take(self, cap: int) -> None:
        """Read what has come, but not much more than `cap` bytes."""
        with suppress(BlockingIOError):
            while self.total <= cap:
                chunk = read(self.read_end, CHUNK)
                self.shown += chunk[: SHOWN_OUTPUT - len(self.shown)]
                self.total += len(chunk)

    def empty(self) -> None:
        """Forget all of it, and what has not been read."""
        with suppress(BlockingIOError):
            while True:
                read(self.read_end, CHUNK)
        self.shown, self.total = b"", 0
