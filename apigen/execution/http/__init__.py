"""Calls to REST APIs: really made, and harmless.

operation    what a source says about an API: address, place of each argument, policy
styles       values as texts in paths, queries, headers and cookies, as OpenAPI writes them
building     an operation and a call's arguments as one request
auth         secrets, by reference to the environment, put in when a request is sent
addresses    which network addresses may be connected to
transport    connections to the very addresses that were looked at
exchange     one request and its answer, redirects followed hop by hop
reading      bytes of an answer, counted as they come
contents     those bytes as JSON data
limits       rate, concurrency, pauses, and when a source is given a rest
session      all of it as an `ExecutionSession`
"""
