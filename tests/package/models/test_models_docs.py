"""The docstrings of `models.keras` are completed by those of `models.pytorch`, and speak of Keras alone."""

import ast
import inspect
from pathlib import Path

import pytest

from dlcourse import models
from dlcourse.models import _docs

SHARED = sorted({*models.keras.__all__} & {*models.pytorch.__all__})


@pytest.mark.parametrize("name", SHARED)
def test_both_frameworks_tell_the_same_but_for_results_and_examples(name):
    here, there = (_docs._sections(inspect.getdoc(getattr(side, name))) for side in (models.keras, models.pytorch))
    assert list(here) == list(there)
    for heading in here.keys() - {"", "Returns", "Examples"}:
        assert here[heading] == there[heading]
    assert here[""].partition("\n\n")[2] == there[""].partition("\n\n")[2]


@pytest.mark.parametrize("name", SHARED)
def test_nothing_of_pytorch_is_told_of_keras(name):
    text = inspect.getdoc(getattr(models.keras, name))
    only_there = ("torch.", "numel", "(N, in_channels", "as PyTorch", "Loads torchvision")
    assert not [phrase for phrase in only_there if phrase in text]


def test_what_both_tell_is_written_once():
    for path in Path(models.keras.__file__).parent.glob("_[a-z]*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if getattr(node, "name", None) in SHARED:
                assert {*_docs._sections(ast.get_docstring(node))} <= {"", "Returns", "Examples"}, node.name


def test_where_python_keeps_no_docstrings_nothing_fails():
    def lstm():
        pass

    assert _docs.as_in_pytorch(lstm).__doc__ is None
