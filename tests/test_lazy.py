"""Packages whose names are imported when they are first used."""

import importlib
import subprocess
import sys

import pytest


@pytest.mark.parametrize("package", ["apigen.llm", "apigen.sources"])
def test_every_public_name_is_found(package: str) -> None:
    module = importlib.import_module(package)
    assert all(isinstance(getattr(module, name), type) for name in module.__all__)


def test_an_unknown_name_is_told_as_everywhere() -> None:
    with pytest.raises(AttributeError, match=r"'apigen\.llm' has no attribute 'Nonesuch'"):
        importlib.import_module("apigen.llm").Nonesuch  # noqa: B018
    with pytest.raises(ImportError, match="nonesuch"):
        importlib.import_module("apigen.llm.nonesuch")


def test_a_model_that_is_not_named_is_not_imported() -> None:
    code = (
        "import sys; import apigen.commands.generate; "
        "sys.exit(any(name in sys.modules for name in ('apigen.llm.offline', 'apigen.sources.openapi')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_source_of_functions_loads_nothing_of_the_process_that_describes_them() -> None:
    code = (
        "import sys, apigen.sources.python; "
        "sys.exit(any(name in sys.modules for name in ('jsonschema', 'doctest', 'apigen.sources.introspection.hints')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_plain_templates_load_no_jinja_and_fitting_arguments_no_jsonschema() -> None:
    code = (
        "import sys, apigen.pipeline; from apigen.sampling import PromptTemplate; "
        "from apigen.records import Api, Call; from apigen.verification.arguments import call_fault; "
        "PromptTemplate(template='Be brief.'); "
        "one = Api(name='f', description='', parameters={'type': 'object', 'properties': {'a': {'type': 'string'}}}); "
        "fault = call_fault(Call(name='f', arguments={'a': 'x'}), {'f': one}); "
        "sys.exit(fault is not None or any(name in sys.modules for name in ('jinja2', 'jsonschema')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
