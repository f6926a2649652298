"""Verification: the checkers, each adding a verdict to a candidate."""
