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
    "PIL",
    "statsmodels",
    "accelerate",
    "safetensors",
    "tqdm",
)


def loaded_after(code):
    """The heavy modules that are in memory after `code` in a fresh Python; a list of them for each `look()`."""
    look = f"import sys\ndef look(): print(*[name for name in {HEAVY} if name in sys.modules])\n"
    result = subprocess.run([sys.executable, "-c", look + code], capture_output=True, text=True, check=True)
    return [set(line.split()) for line in result.stdout.splitlines()]


LIGHT = (
    "_frameworks",
    "boxes",
    "check",
    "count",
    "data",
    "detection",
    "device",
    "explain",
    "metrics",
    "models",
    "train",
)


def test_importing_the_package_and_its_submodules_loads_only_what_they_need():
    code = "import importlib, dlcourse; look()\n"
    for name in (*LIGHT, "plot", "figures"):
        code += f"importlib.import_module('dlcourse.{name}'); look()\n"
    before, *light, plot, figures = loaded_after(code)
    assert before == set()
    assert dict(zip(LIGHT, light, strict=True)) == {name: set() for name in LIGHT}
    assert plot == {"matplotlib", "PIL"}
    assert figures - plot <= {"anywidget"}


def test_checking_an_answer_and_keeping_random_states_load_no_framework():
    code = """from dlcourse import check, _frameworks
check.value([1], [1], name=chr(32))
_frameworks.set_random_state(_frameworks.random_state())
_frameworks.seed(1)
look()"""
    assert loaded_after(code)[-1] == set()


@pytest.mark.parametrize(
    ("parts", "other"),
    [(("models.pytorch.mlp",), {"keras", "tensorflow"}), (("models.keras.mlp", "detection.keras.YOLOv3"), {"torch"})],
)
def test_what_is_for_one_framework_loads_no_other(parts, other):
    """Who has Keras alone can look at its networks and detectors."""
    for loaded in loaded_after("import dlcourse\n" + "".join(f"dlcourse.{part}; look()\n" for part in parts)):
        assert loaded & {"torch", "keras"}
        assert not loaded & other


def test_submodules_are_listed_and_found():
    parts = "boxes check count data detection device explain figures metrics models plot train"
    assert set(parts.split()) <= set(dir(dlcourse))
    assert dlcourse.plot.grid.__module__.startswith("dlcourse.plot")


def test_of_an_unknown_submodule_python_says_which_one_may_be_meant():
    result = subprocess.run([sys.executable, "-c", "import dlcourse; dlcourse.plots"], capture_output=True, text=True)
    assert result.stderr.endswith("AttributeError: No dlcourse attribute plots. Did you mean: 'plot'?\n")
