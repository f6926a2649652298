"""`python -m apigen` is the command `apigen`."""

from apigen.cli import command

if __name__ == "__main__":
    raise SystemExit(command())
