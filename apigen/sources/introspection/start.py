"""Script: describe modules in this process.  python start.py FOLDER_OF_APIGEN REQUEST DESCRIPTOR"""

import sys

if __name__ == "__main__":
    root, request, descriptor = sys.argv[1:]
    sys.path.append(root)
    from apigen.sources.introspection.process import main

    main(request, int(descriptor))
