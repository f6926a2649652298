"""API sources: Python functions and JSON tool lists become `Api` records here."""

from apigen.sources.python import PythonSource

__all__ = ["PythonSource"]
