"""Plausible values for parameters: drawn from a JSON Schema, guided by what the parameter means."""

from apigen.values.arguments import arguments
from apigen.values.drawing import NoValue, draw
from apigen.values.fitting import fits

__all__ = ["NoValue", "arguments", "draw", "fits"]
