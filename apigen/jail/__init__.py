"""The jail: what stands between untrusted Python code and the machine. No stage; sources and execution share it.

A tier is a way to confine a process, strongest first: `bubblewrap`, `landlock`, `seccomp`, `process`, `none`.

    tiers        which tier works here, found by trying; what it is called in a run's record
    launch       the command line that starts a script in a tier
    places       which files and folders a confined process may read
    bubblewrap   the options of `bwrap`: namespaces, read-only mounts, a small /tmp
    seccomp      filters of system calls, as BPF programs
    enter        script, inside: applies Landlock and the filter to its own process, then runs the script it is given
    probe        script, inside: tries what must be impossible, and tells what was not
    limits       what a source may change about the jail of its own code

`enter` and `probe` import nothing of the package: they run where it cannot be seen.
"""
