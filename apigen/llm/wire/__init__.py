"""HTTP/1.1 as far as a model needs it: a POST of JSON to one address, whose answer is read whole.

A general client spends three to four times the processor time on a request, most of it on what no model needs: methods,
redirects, cookies, proxies, forms, streams. What is left is small enough to be read and tested in full.
"""

from apigen.llm.wire.answer import Reply, TooLong, WireError
from apigen.llm.wire.line import Line

__all__ = ["Line", "Reply", "TooLong", "WireError"]
