"""API sources: where the APIs of a run come from.

A source converts whatever it reads into `Api` records at the edge; nothing downstream knows the original form. A bad
document becomes a `Refusal` with a reason and never stops the others; only a source that cannot be read at all raises.
"""

from abc import abstractmethod

from apigen.component import Component
from apigen.records import Api, Record, Refusal


class Loaded(Record):
    """What a source gave: APIs in a stable order, and the documents it could not use."""

    apis: tuple[Api, ...] = ()
    refused: tuple[Refusal, ...] = ()


class Source(Component):
    """Base of all API sources."""

    @abstractmethod
    def load(self, name: str) -> Loaded:
        """Read the APIs.

        Args:
            name: the source's key in the configuration, kept in `Api.source`.

        Raises:
            SourceError: the source cannot be read at all (no such file, module not installed, nothing in it).
        """
