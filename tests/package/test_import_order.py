"""TensorFlow, then triton, ends the process on Linux: `import dlcourse` sees to the order, or keeps triton out."""

import importlib.util
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[2] / "src"
HAS_TRITON = importlib.util.find_spec("triton") is not None

# What stands for the real packages: each says that it is imported, and triton dies of TensorFlow as the real one does.
STAND_INS = {
    "tensorflow": "print('tensorflow')",
    "keras": "import tensorflow",
    "triton": "import os, sys\nif 'tensorflow' in sys.modules: os._exit(139)\nprint('triton')",
    "optimizer": "try:\n    import triton\nexcept ImportError:\n    print('no triton')",  # as in PyTorch
}


def run(code, *path):
    """A fresh Python with these folders in front of what is installed."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, [*path, SOURCES]))}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)


@pytest.fixture
def packages(tmp_path):
    for name, code in STAND_INS.items():
        (tmp_path / f"{name}.py").write_text(code)
    return tmp_path


@pytest.mark.parametrize(
    ("order", "imported"),
    [
        ("dlcourse tensorflow optimizer", "triton tensorflow"),
        ("dlcourse keras optimizer", "triton tensorflow"),
        ("dlcourse optimizer keras", "triton tensorflow"),
        ("tensorflow dlcourse optimizer", "tensorflow no triton"),
        ("keras dlcourse optimizer", "tensorflow no triton"),
        ("triton tensorflow dlcourse optimizer", "triton tensorflow"),
        ("optimizer keras dlcourse", "triton tensorflow"),
        ("dlcourse", ""),
    ],
)
def test_triton_comes_before_tensorflow_or_not_at_all(packages, order, imported):
    result = run(f"import {order.replace(' ', ', ')}", packages)
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == imported.split()


def test_the_stand_ins_die_without_the_package_as_the_real_ones_do(packages):
    assert run("import keras, optimizer", packages).returncode == 139


@pytest.mark.parametrize("triton", [None, "raise RuntimeError('not for this processor')"])
def test_a_triton_that_is_not_there_or_does_not_work_changes_nothing(packages, triton):
    if triton is None:
        (packages / "triton.py").unlink()
        (packages / "sitecustomize.py").write_text(  # hides a real one
            "import sys\n"
            "class Hidden:\n"
            "    def find_spec(self, name, path=None, target=None):\n"
            "        if name == 'triton': raise ModuleNotFoundError(name, name=name)\n"
            "sys.meta_path.insert(0, Hidden())\n"
        )
    else:
        (packages / "triton.py").write_text(triton)
    result = run("import dlcourse, keras, sys; print('triton' in sys.modules)", packages)
    assert result.stdout.split() == ["tensorflow", "False"], result.stderr


STEP = """
import numpy as np, torch
from dlcourse.train import fit
X, y = np.ones((8, 3), np.float32), np.zeros(8, np.int64)
fit(torch.nn.Linear(3, 2), (X, y), epochs=1, loss=torch.nn.CrossEntropyLoss(), progress=False)
print("trained", "triton" in sys.modules and sys.modules["triton"] is not None)
"""


@pytest.mark.skipif(not HAS_TRITON, reason="PyTorch is here without triton: its CPU build")
@pytest.mark.parametrize(
    ("imports", "triton"),
    [("dlcourse, keras", True), ("dlcourse, tensorflow", True), ("keras, dlcourse", False)],
)
def test_pytorch_trains_after_tensorflow_was_imported(imports, triton):
    result = run(f"import sys, {imports}{STEP}")
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == ["trained", str(triton)]


@pytest.mark.skipif(not HAS_TRITON or platform.machine() != "x86_64", reason="seen with triton on x86_64")
def test_without_the_package_this_is_a_crash():
    """If this fails the frameworks have been mended, and `dlcourse._import_order` can go."""
    code = "import keras, torch; torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1)"
    assert run(code).returncode < 0
