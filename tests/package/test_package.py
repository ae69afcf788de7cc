"""`import dlcourse` is light, and the package's submodules come when they are called."""

import subprocess
import sys

import pytest

import dlcourse

HEAVY = (
    "torch",
    "tensorflow",
    "keras",
    "matplotlib",
    "skimage",
    "sklearn",
    "anywidget",
    "mlxtend",
    "statsmodels",
    "accelerate",
    "safetensors",
    "tqdm",
)


def loaded_after(statement):
    """The heavy modules that are in memory after one statement in a fresh Python."""
    code = f"{statement}\nimport sys\nprint(*[name for name in {HEAVY} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def test_importing_the_package_loads_no_framework():
    assert loaded_after("import dlcourse") == set()


@pytest.mark.parametrize(
    ("submodule", "allowed"),
    [
        ("data", set()),
        ("device", set()),
        ("check", set()),
        ("count", set()),
        ("metrics", set()),
        ("models", set()),
        ("train", set()),
        ("figures", {"anywidget"}),
        ("plot", {"matplotlib"}),
    ],
)
def test_each_submodule_loads_only_what_it_needs(submodule, allowed):
    assert loaded_after(f"from dlcourse import {submodule}") <= allowed


@pytest.mark.parametrize(("side", "other"), [("pytorch", {"keras", "tensorflow"}), ("keras", {"torch"})])
def test_the_models_of_one_framework_load_no_other(side, other):
    loaded = loaded_after(f"from dlcourse import models; models.{side}.mlp")
    assert loaded & {"torch", "keras"}
    assert not loaded & other


def test_submodules_are_listed_and_found():
    assert {"check", "count", "data", "device", "figures", "metrics", "models", "plot", "train"} <= set(dir(dlcourse))
    assert dlcourse.plot.grid.__module__.startswith("dlcourse.plot")


def test_of_an_unknown_submodule_python_says_which_one_may_be_meant():
    result = subprocess.run([sys.executable, "-c", "import dlcourse; dlcourse.plots"], capture_output=True, text=True)
    assert result.stderr.endswith("AttributeError: No dlcourse attribute plots. Did you mean: 'plot'?\n")
