"""Script: load the package beside this file as `apigen_zygote` and serve the engine on the inherited socket argv[1].

Nothing is added to `sys.path`, so that the files of this folder cannot hide a library's modules.
"""

import importlib.util
import os
import sys

os.environ.pop("LD_BIND_NOW", None)  # has done its work
FOLDER = os.path.dirname(os.path.abspath(__file__))
spec = importlib.util.spec_from_file_location(
    "apigen_zygote", os.path.join(FOLDER, "__init__.py"), submodule_search_locations=[FOLDER]
)
assert spec is not None
assert spec.loader is not None
package = importlib.util.module_from_spec(spec)
sys.modules["apigen_zygote"] = package
spec.loader.exec_module(package)
importlib.import_module("apigen_zygote.serve").serve(int(sys.argv[1]))
