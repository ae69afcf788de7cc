"""Every public function is typed, and its docstring says what goes in, what comes out, what raises, and shows it."""

import importlib
import inspect
import pkgutil

import pytest

import dlcourse

TAKES_ANYTHING = {"case"}


def public_modules():
    """All modules of the package whose names do not begin with a line."""
    for found in pkgutil.walk_packages(dlcourse.__path__, "dlcourse."):
        if not any(part.startswith("_") for part in found.name.split(".")):
            yield found.name.removeprefix("dlcourse."), importlib.import_module(found.name)


MODULES = dict(public_modules())


def public_functions():
    for name, module in MODULES.items():
        for public in getattr(module, "__all__", []):
            found = getattr(module, public)
            if inspect.isfunction(found):
                yield pytest.param(found, id=f"{name}.{public}")


FUNCTIONS = list(public_functions())


@pytest.mark.parametrize("name", [name for name in MODULES if "." not in name])
def test_every_public_part_of_the_package_says_what_is_public(name):
    assert MODULES[name].__all__


@pytest.mark.parametrize("function", FUNCTIONS)
def test_its_arguments_and_result_are_typed(function):
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    for parameter in signature.parameters.values():
        assert parameter.annotation is not inspect.Parameter.empty, parameter


@pytest.mark.parametrize("function", FUNCTIONS)
def test_its_docstring_names_every_parameter(function):
    text = inspect.getdoc(function) or ""
    parameters = [p.name for p in inspect.signature(function).parameters.values()]
    assert not text.startswith(function.__name__)
    if parameters:
        section = text.partition("Parameters\n----------\n")[2].partition("\n\n")[0]
        entries = [line.partition(" : ")[0] for line in section.splitlines() if " : " in line and line[0] != " "]
        assert [name.strip(" *") for entry in entries for name in entry.split(",")] == parameters


@pytest.mark.parametrize("function", FUNCTIONS)
def test_its_docstring_says_what_raises_and_shows_an_example(function):
    text = inspect.getdoc(function) or ""
    if inspect.signature(function).parameters and function.__name__ not in TAKES_ANYTHING:
        assert "Raises\n------" in text
        assert ">>> " in text
