"""Execution: how a call is really made, outside the engine's process."""
