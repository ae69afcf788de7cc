"""The traits that figures are made of."""

import subprocess
import sys

import numpy as np
import pytest
import traitlets
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcourse import figures
from dlcourse.figures import traits


def test_importing_figures_loads_no_framework():
    code = "import sys, dlcourse.figures; print([m for m in ('torch', 'tensorflow', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


def test_the_widget_comes_along_with_the_html():
    data, _ = figures.conv1d()._repr_mimebundle_()
    assert set(data) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}


class Everything(traitlets.HasTraits):
    """One trait of each kind."""

    truth = traits.Truth(False)
    real = traits.Real(0, -1, 1)
    whole = traits.Whole(0, -1, 1)
    choice = traits.Choice("a", "ab")
    reals = traits.Reals([0, 1], (-1, 1), (0, 5))
    numbers = traits.Numbers([1], ndim=1, longest=3)


def test_none_is_no_value_of_any_trait():
    for name in Everything.class_trait_names():
        with pytest.raises((TypeError, ValueError), match=name):
            setattr(Everything(), name, None)


def test_a_bound_is_inside_and_each_of_several_numbers_has_its_own():
    all_ = Everything(real=-1, whole=1, reals=np.array([-1.0, 5.0]))
    assert (all_.real, all_.whole, all_.reals) == (-1, 1, [-1, 5])
    for name, wrong, said in [("real", 1.1, "real"), ("whole", 2, "whole"), ("reals", [0, -1], r"reals\[1\]")]:
        with pytest.raises(ValueError, match=f"{said} must be .*between"):
            setattr(all_, name, wrong)


def test_whole_numbers_stay_whole_and_zero_has_no_sign():
    figure = figures.conv1d(np.array([-0.0, 1.0, 2.5]), [1])
    assert str(figure.input) == "[0, 1, 2.5]"


@given(value=st.one_of(st.none(), st.text(), st.booleans(), st.dictionaries(st.text(), st.integers()), st.binary()))
@settings(max_examples=60, deadline=None)
def test_anything_else_is_a_type_or_value_error(value):
    for arguments in ({"input": value}, {"kernel": value}):
        with pytest.raises((TypeError, ValueError)):
            figures.conv1d(**arguments)
