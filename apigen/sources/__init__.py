"""API sources: Python functions and JSON tool lists become `Api` records here."""
