"""`python -m apigen` is the command `apigen`."""

from apigen.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
