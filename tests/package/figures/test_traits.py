"""The traits that figures are made of."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import figures


def test_importing_figures_loads_no_framework():
    code = "import sys, dlcourse.figures; print([m for m in ('torch', 'tensorflow', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_the_widget_comes_along_with_the_html():
    data, _ = figures.conv1d()._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}


def test_whole_numbers_stay_whole_and_zero_has_no_sign():
    figure = figures.conv1d(np.array([-0.0, 1.0, 2.5]), [1])
    assert str(figure.input) == "[0, 1, 2.5]"


@given(value=st.one_of(st.none(), st.text(), st.booleans(), st.dictionaries(st.text(), st.integers()), st.binary()))
@settings(max_examples=60, deadline=None)
def test_anything_else_is_a_type_or_value_error(value):
    for arguments in ({"input": value}, {"kernel": value}):
        with pytest.raises((TypeError, ValueError)):
            figures.conv1d(**arguments)
