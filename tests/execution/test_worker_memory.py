"""A worker puts its memory together before the first call: nothing in it changes, and children see the same."""

import subprocess
import sys
from pathlib import Path

import pytest

from apigen.execution import zygote

CODE = """
import ctypes, mmap, os, sys
sys.path.insert(0, sys.argv[1])
from zygote import system
size = 8 << 20
memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for place in range(0, size, 4096):
    memory[place : place + 4] = place.to_bytes(4, "big")
start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
def intact():
    return all(memory[place : place + 4] == place.to_bytes(4, "big") for place in range(0, size, 4096))
assert any(first <= start and start + size <= last for first, last in system._own_memory())
system.gather()
assert intact()
child = os.fork()
if not child:
    memory[:4] = b"own "
    os._exit(0 if memory[4096:4100] == (4096).to_bytes(4, "big") else 1)
assert os.waitpid(child, 0)[1] == 0
assert intact()
print("intact")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is put together on Linux only")
def test_memory_is_the_same_after_it_is_put_together() -> None:
    command = [sys.executable, "-I", "-c", CODE, str(Path(zygote.__file__).parent.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("intact\n", "")
