"""Reading of model text: strict where a value is at stake, lossless around it. Generators and judges share it."""

from apigen.reading.pieces import ReadKind
from apigen.reading.reader import UNREADABLE, Item, Reading

__all__ = ["Item", "ReadKind", "Reading", "UNREADABLE"]
