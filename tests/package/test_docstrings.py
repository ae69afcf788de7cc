"""Every public function is typed, and its docstring says what goes in, what comes out, what raises, and shows it."""

import importlib
import inspect

import pytest

TAKES_ANYTHING = {"case"}
SUBMODULES = ("check", "count", "data", "data.pets", "device", "figures", "metrics", "plot", "train")
SUBMODULES += ("models", "models.keras", "models.pytorch")


def public_functions():
    for name in SUBMODULES:
        module = importlib.import_module(f"dlcourse.{name}")
        for public in module.__all__:
            found = getattr(module, public)
            if inspect.isfunction(found):
                yield pytest.param(found, id=f"{name}.{public}")


FUNCTIONS = list(public_functions())


def test_there_are_functions_to_look_at():
    assert len(FUNCTIONS) >= 18


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
