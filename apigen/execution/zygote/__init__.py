"""The process that calls Python functions: started once a library, forked once a call.

`start.py` is run as a script and loads this package under a name of its own, without `apigen` and what it imports: the
process stays small, forks fast, and holds nothing of the engine. Hence the relative imports, and only the standard
library (pydantic too, if a function's parameters need it).

    serve        answers the engine: import the library, then one reply a request
    library      the imported functions, ready to be called
    signature    what they take
    supervision  forks the child of one call, holds it to its limits, clears away all that it left
    confinement  what that child accepts before it runs anything
    output       what it prints
    scratch      the folder that it may write to
    processes    the end of what it started
    invocation   what happens in the child: bind, convert, call, clean, and report by a pipe
    system       what the operating system offers: limits, no network, no privileges
"""
