"""Script: describe modules in this process.  python start.py FOLDER_OF_APIGEN REQUEST DESCRIPTOR"""

import resource
import sys

MEMORY = 8 << 30  # bytes of address space that the modules may take, while they are imported and described

if __name__ == "__main__":
    root, request, descriptor = sys.argv[1:]
    sys.path.append(root)
    ceiling = resource.getrlimit(resource.RLIMIT_AS)[1]
    if sys.platform == "linux" and (ceiling == resource.RLIM_INFINITY or ceiling > MEMORY):
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    from apigen.sources.introspection.process import main

    main(request, int(descriptor))
