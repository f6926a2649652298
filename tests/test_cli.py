"""The program: what it gives back, and how its process ends."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import atexit, sys, threading, time
import apigen.cli

class Verb:
    @staticmethod
    def main(arguments):
        {verb}

sys.modules["apigen.commands.runs"] = Verb
sys.argv = ["apigen", "runs"]
sys.exit(apigen.cli.command())
"""


def ended(verb: str) -> "subprocess.CompletedProcess[str]":
    """The process of a verb that does `verb`."""
    return subprocess.run([sys.executable, "-c", PROGRAM.format(verb=verb)], capture_output=True, text=True)


def test_what_was_printed_is_there_and_the_code_is_the_verbs() -> None:
    done = ended("sys.stdout.write('told'); sys.stderr.write('warned'); return 130")
    assert (done.returncode, done.stdout, done.stderr) == (130, "told", "warned")


def test_threads_and_what_others_do_at_the_end_are_waited_for() -> None:
    last = "atexit.register(print, 'last')"
    thread = "threading.Thread(target=lambda: (time.sleep(0.2), print('thread'))).start()"
    assert ended(f"{last}; {thread}; return 0").stdout.split() == ["thread", "last"]


def test_the_process_is_not_taken_apart() -> None:
    held = "sys.held = type('Held', (), {'__del__': lambda self: print('freed')})()"
    assert ended(f"{held}; return 0").stdout == ""


def test_a_bug_keeps_its_traceback() -> None:
    done = ended("raise ZeroDivisionError")
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("ZeroDivisionError")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_output_that_cannot_be_written_is_no_success() -> None:
    with open("/dev/full", "w") as full:
        code = PROGRAM.format(verb="sys.stdout.write('told'); return 0")
        assert subprocess.run([sys.executable, "-c", code], stdout=full, stderr=subprocess.DEVNULL).returncode
