"""Which files and folders a confined process may read: the system's programs, this Python, and the library's own code.

Nothing else of a home folder or a project: hidden files, data and settings stay unseen. Where a library lies in the
working folder (or another that holds more than code), only what can be imported from there is shown.
"""

import importlib.machinery
import importlib.util
import os
import site
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store")
SETTINGS = (
    "alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "mime.types", "os-release", "timezone",
)  # fmt: skip
NETWORK_SETTINGS = (
    "ca-certificates", "crypto-policies", "gai.conf", "host.conf", "hosts", "nsswitch.conf", "pki", "protocols",
    "resolv.conf", "services", "ssl",
)  # fmt: skip
OF_PYTHON = ("bin", "lib", "lib64", "share", "ssl", "pyvenv.cfg")  # of a prefix that may hold more
IMPORTABLE = (".py", ".pyi", ".pyc", ".so", ".zip", ".egg")
OWN = Path(__file__).parent


class Places(NamedTuple):
    """Absolute paths: `read` with all below them, `listed` by names only (so that imports can look there)."""

    read: tuple[str, ...]
    listed: tuple[str, ...]


def readable(
    path: Sequence[str], modules: Iterable[str], *, own: Sequence[Path] = (), granted: Sequence[str] = ()
) -> Places:
    """What a process needs that imports `modules` by way of the folders `path`.

    Args:
        modules: dotted names, or files that end in `.py`.
        own: folders of this package that the process runs.
        granted: files and folders that the user allows beside it.
    """
    read = [*SYSTEM, *_settings(SETTINGS), *_python(), str(OWN), *map(str, own), *granted]
    read += [*_shared_libraries(), *_editable()]
    listed: list[str] = []
    for entry in [*path, *search_path()]:
        if entry in _site_folders() or _is_below(entry, read):
            read.append(entry)
        elif entry in path or entry != os.getcwd():
            listed.append(entry)
            read += _code_in(entry) if entry not in path or _holds_more_than_code(entry) else _visible_in(entry)
    for module in modules:
        read += _place_of(module, path)
    return Places(_outermost([*read, *map(os.path.realpath, read)]), _existing(listed))


def search_path() -> list[str]:
    """The engine's own search path, absolute."""
    return [os.path.abspath(entry) for entry in sys.path]


def network_settings() -> list[str]:
    """What a process needs to read that may use the network: resolver and certificates."""
    return _settings(NETWORK_SETTINGS)


def _settings(names: Sequence[str]) -> list[str]:
    return [f"/etc/{name}" for name in names if os.path.exists(f"/etc/{name}")]


def _python() -> Iterator[str]:
    """The interpreter with its standard library, and the environment it runs in."""
    for prefix in {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix}:
        for part in OF_PYTHON:
            yield os.path.join(prefix, part)
    for name in ("stdlib", "platstdlib", "purelib", "platlib"):
        yield sysconfig.get_path(name)
    yield sys.executable
    yield from _links_of(sys.executable)


def _links_of(program: str) -> Iterator[str]:
    """Each file on the way from a link to the program itself."""
    for _ in range(20):
        if not os.path.islink(program):
            return
        program = os.path.abspath(os.path.join(os.path.dirname(program), os.readlink(program)))
        yield program


def _shared_libraries() -> list[str]:
    return [folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(os.pathsep) if os.path.isabs(folder)]


def _editable() -> Iterator[str]:
    """Packages that are installed in place (PEP 660) and found by an import hook, as setuptools makes it."""
    for name, module in list(sys.modules.items()):
        mapping = getattr(module, "MAPPING", None) if name.startswith("__editable__") else None
        if isinstance(mapping, dict):
            yield from map(str, mapping.values())


def _site_folders() -> list[str]:
    return [*map(os.path.abspath, site.getsitepackages()), os.path.abspath(site.getusersitepackages())]


def _holds_more_than_code(folder: str) -> bool:
    """Whether it is the working folder, or one that holds it, a home or the folder of all temporary files."""
    places = [os.getcwd(), os.path.expanduser("~"), tempfile.gettempdir()]
    return any(_is_below(os.path.realpath(place), [os.path.realpath(folder)]) for place in places)


def _visible_in(folder: str) -> list[str]:
    return [entry.path for entry in _entries(folder) if not entry.name.startswith(".")]


def _code_in(folder: str) -> list[str]:
    """Modules and packages; a folder is one if there is a Python file in it."""
    found = []
    for entry in _entries(folder):
        if entry.name.startswith("."):
            continue
        if entry.name.endswith(IMPORTABLE) or any(inner.name.endswith(".py") for inner in _entries(entry.path)):
            found.append(entry.path)
    return found


def _entries(folder: str) -> list["os.DirEntry[str]"]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _place_of(module: str, path: Sequence[str]) -> list[str]:
    """Where a module's top package lies, found without running any of its code; nothing if it is not found."""
    if module.endswith(".py"):
        return [os.path.abspath(module)]
    top = module.partition(".")[0]
    try:
        spec = importlib.machinery.PathFinder.find_spec(top, list(path)) or importlib.util.find_spec(top)
    except (ImportError, ValueError, AttributeError):
        return []
    if spec is None:
        return []
    folders = [os.path.abspath(folder) for folder in spec.submodule_search_locations or []]
    return folders or ([os.path.abspath(spec.origin)] if spec.has_location and spec.origin else [])


def _is_below(place: str, folders: Iterable[str]) -> bool:
    return any(place == folder or place.startswith(folder.rstrip("/") + "/") for folder in folders)


def _existing(paths: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for path in paths if os.path.exists(path)))


def _outermost(paths: Iterable[str]) -> tuple[str, ...]:
    """Existing paths, without those below another."""
    kept: list[str] = []
    for path in sorted(set(_existing(paths)), key=lambda path: (len(path), path)):
        if not _is_below(path, kept):
            kept.append(path)
    return tuple(kept)
