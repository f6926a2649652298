"""What a confined process may read."""

import sys
import types
from pathlib import Path

import pytest

from apigen.jail.places import readable


def test_packages_installed_in_place_are_readable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package, secret = tmp_path / "src" / "kit", tmp_path / "src" / "secret"
    package.mkdir(parents=True)
    secret.write_text("x")
    hook = types.ModuleType("__editable___kit_1_0_finder")
    hook.MAPPING = {"kit": str(package)}  # type: ignore[attr-defined]
    assert str(package) not in readable((), ()).read
    monkeypatch.setitem(sys.modules, hook.__name__, hook)
    read = readable((), ()).read
    assert str(package) in read
    assert not any(str(secret).startswith(place) for place in read)
