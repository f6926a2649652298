"""Where a user's own file or folder stands among importable modules.

A file in a package is imported under its dotted name, so that relative imports work. A lone file is imported by its
stem, or loaded from its path if the stem is no identifier or is the name of another module.
"""

import importlib.util
import keyword
import sys
from dataclasses import dataclass
from pathlib import Path

from apigen.errors import SourceError
from apigen.sources.introspection.request import is_public_module


@dataclass(frozen=True)
class Located:
    """Modules to import, each with the file to load it from ("" if none is needed), and the folder to find them in."""

    targets: list[tuple[str, str]]
    folder: str


def locate(path: str, recursive: bool) -> Located:
    """The modules that `path` (a `.py` file or a folder) stands for.

    Raises:
        SourceError: there is no such file or folder, or it is no Python code.
    """
    place = Path(path).expanduser().absolute()
    if not place.exists():
        raise SourceError(f"There is no file or folder `{place}`", where=path, remedy=_near(place))
    place = place.resolve()
    if place.is_dir():
        return _folder(place, recursive)
    if place.suffix != ".py":
        raise SourceError(
            f"`{place.name}` is no Python file", where=path, remedy="give a `.py` file or a folder of them"
        )
    if place.name == "__init__.py":
        return _folder(place.parent, recursive)
    root = _package_root(place.parent)
    dotted = [*place.parent.relative_to(root).parts, place.stem]
    if len(dotted) > 1 and all(map(_is_name, dotted)):
        return Located([(".".join(dotted), "")], str(root))
    return Located([_lone(place)], str(place.parent))


def _folder(place: Path, recursive: bool) -> Located:
    if (place / "__init__.py").exists():
        root = _package_root(place)
        name = ".".join(place.relative_to(root).parts)
        if not all(map(_is_name, name.split("."))):
            raise SourceError(
                f"The package `{place.name}` cannot be imported: its name is no Python identifier",
                where=str(place),
                remedy=f"rename the folder, for example to `{_identifier(place.name)}`",
            )
        return Located([(name, "")], str(root))
    files = [_lone(file) for file in sorted(place.glob("*.py")) if is_public_module(file.stem)]
    inner = [folder.parent for folder in sorted(place.glob("*/__init__.py"))] if recursive else []
    packages = [(folder.name, "") for folder in inner if _is_name(folder.name) and is_public_module(folder.name)]
    if not files and not packages:
        raise SourceError(
            f"The folder `{place}` holds no Python file",
            where=str(place),
            remedy="give the folder with the `.py` files",
        )
    return Located(files + packages, str(place))


def _lone(file: Path) -> tuple[str, str]:
    """A file outside of packages: its name, and its path if it has to be loaded from there."""
    if not _is_name(file.stem):
        return _identifier(file.stem), str(file)
    if file.stem in sys.stdlib_module_names or _is_another(file):
        return f"{file.stem}_", str(file)
    return file.stem, ""


def _is_another(file: Path) -> bool:
    """Whether another module of this name is installed."""
    try:
        spec = importlib.util.find_spec(file.stem)
    except (ImportError, ValueError, AttributeError):
        return True
    return spec is not None and (spec.origin is None or Path(spec.origin).resolve() != file)


def _package_root(folder: Path) -> Path:
    """The folder that holds the outermost package around `folder`; `folder` itself if it is in none."""
    while (folder / "__init__.py").exists() and folder.parent != folder:
        folder = folder.parent
    return folder


def _is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def _identifier(text: str) -> str:
    plain = "".join(char if char.isalnum() else "_" for char in text)
    return plain if _is_name(plain) else f"_{plain}"


def _near(place: Path) -> str:
    others = sorted(file.name for file in place.parent.glob("*.py"))[:5] if place.parent.is_dir() else []
    here = f"; in `{place.parent}` there are: {', '.join(others)}" if others else ""
    return f"check the path (it is relative to the working directory `{Path.cwd()}`){here}"
