"""The committed scripts and the style sheet: complete in themselves, and quiet on the network."""

import itertools
import re

import pytest

from dlcourse.figures import RNN, STATIC, Conv1d, Conv2d, ConvArithmetic, GradientDescent, Neuron, ReceptiveField, Shift

FIGURES = [Conv1d, Conv2d, ConvArithmetic, GradientDescent, Neuron, ReceptiveField, RNN, Shift]
FILES = sorted(STATIC.iterdir())


def test_every_file_is_known():
    modules = {figure.module for figure in FIGURES}
    own_style = modules - {"conv1d", "conv2d"}
    scripts = {f"{name}.js" for name in modules | {"page", "shared"}}
    assert {file.name for file in FILES} == scripts | {f"{name}.css" for name in own_style | {"figures"}}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_names_another_host(file):
    assert not re.findall(r"(?:https?:)?//[\w-]+\.\w+", file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_loads_another(file):
    text = file.read_text(encoding="utf-8")
    assert not re.findall(r"^\s*import\b|\bfetch\(|XMLHttpRequest|@import|url\(", text, re.M)
    imports = ["URL.createObjectURL("] if file.name == "page.js" else []
    assert re.findall(r"import\((\S+?\()", text) == imports  # only of what the page already has


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_file_passes_300_lines(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize("figure", FIGURES)
def test_jupyterlab_gets_the_same_module_as_the_page(figure):
    text = "".join((STATIC / name).read_text(encoding="utf-8") for name in ("shared.js", f"{figure.module}.js"))
    assert str(figure()._esm) == text
    assert text.rstrip().endswith("export default { render };")
    styles = [STATIC / name for name in ("figures.css", f"{figure.module}.css")]
    assert str(figure()._css) == "".join(file.read_text(encoding="utf-8") for file in styles if file.exists())


def test_the_style_sheet_of_a_figure_changes_no_other_figure(visit):
    """A page loads all style sheets, JupyterLab those of its own figures: a figure must look the same in both."""
    made = [
        Conv1d(),
        Conv2d(),
        ConvArithmetic(padding=1, stride=2, uses=True),
        GradientDescent(step=5),
        Neuron(),
        ReceptiveField(),
        RNN(),
        Shift(dx=1),
    ]
    assert [figure.module for figure in made] == [figure.module for figure in FIGURES]
    page = visit(*made, reduced_motion="reduce")
    looks = """(all) => all.map((element) => {
      const [box, style] = [element.getBoundingClientRect(), getComputedStyle(element)];
      const { display, color, backgroundColor, font, gap, margin, padding, border, gridTemplate } = style;
      const [width, height] = [box.width.toFixed(2), box.height.toFixed(2)];
      return [element.className, width, height, display, color, backgroundColor, font, gap, margin, padding,
        border, gridTemplate].join(" ");
    })"""
    keep = """(module) => document.querySelectorAll("link[rel=stylesheet]").forEach((link) => {
      link.disabled = !["figures.css", `${module}.css`].some((name) => link.href.endsWith(`/${name}`));
    })"""
    # Figures hear of a new size in the next frame, and some draw anew then.
    drawn = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))"
    for i, width in itertools.product(range(len(made)), (800, 360)):
        page.set_viewport_size({"width": width, "height": 740})
        elements = page.locator(".dlf").nth(i).locator("*")
        page.evaluate("document.querySelectorAll('link').forEach((link) => { link.disabled = false; })")
        page.evaluate(drawn)
        together = elements.evaluate_all(looks)
        page.evaluate(keep, made[i].module)
        page.evaluate(drawn)
        assert elements.evaluate_all(looks) == together
