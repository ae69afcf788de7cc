"""The contract between a figure's module and the model that anywidget gives it in JupyterLab.

The model here is as strict as Backbone's, which JupyterLab uses: it hands out its own arrays (so that a figure which
changed one in place would be found out), says `change` once for each `set`, and counts what would be sent to Python.
"""

from datetime import datetime

import numpy as np
import pytest

from dlcourse import figures

MOUNT = """async (name) => {
  const source = DLCOURSE_FIGURES.shared + DLCOURSE_FIGURES[name];
  const { default: figure } = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const freeze = (x) => {
    if (x && typeof x === "object") Object.values(x).forEach(freeze);
    return Object.freeze(x);
  };
  const model = {
    state: freeze(JSON.parse(JSON.stringify(START))), listeners: new Set(), sent: [], unsent: {},
    get(key) { return this.state[key]; },
    set(changes) {
      this.state = freeze({ ...this.state, ...changes });
      Object.assign(this.unsent, changes);
      this.listeners.forEach((callback) => callback());
    },
    save_changes() { this.sent.push(this.unsent); this.unsent = {}; },
    on(event, callback) { if (event !== "change") throw Error(event); this.listeners.add(callback); },
    off(event, callback) { this.listeners.delete(callback); },
  };
  const host = document.createElement("div");
  document.querySelector("main").replaceChildren(host);
  window.model = model;
  window.cleanup = await figure.render({ model, el: host });
}"""


def mount(visit, figure):
    page = visit(figure)
    page.evaluate("state => { window.START = state }", figure.state())
    page.evaluate(MOUNT, figure.module)
    return page


def outputs(page):
    return [float(cell.get_attribute("data-value")) for cell in page.locator(".dlf-output .dlf-cell").all()]


def test_an_edit_is_sent_to_python_and_python_accepts_it(visit):
    figure = figures.conv1d()
    page = mount(visit, figure)
    page.get_by_label("input 0").fill("-2.5")
    page.get_by_role("button", name="output 4").click()
    page.get_by_role("button", name="one weight more").click()
    for message in page.evaluate("model.sent"):
        figure.set_state(message)
    assert (figure.input, figure.kernel, figure.position) == ([-2.5, 0, 0, 1, 1, 0, 0, 0], [0, 1, 0, 0], 4)
    assert outputs(page) == figure.output.tolist()


def test_an_edit_of_an_image_or_a_weight_is_sent_to_python(visit):
    figure = figures.conv2d()
    page = mount(visit, figure)
    page.get_by_label("weight in row 2, column 0").fill("5")
    page.locator("[role=gridcell]").first.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Next").click()
    for message in page.evaluate("model.sent"):
        figure.set_state(message)
    assert figure.weights[2].tolist() == [5, 1, 0]
    assert figure.image[1][1] == 1  # the first cell of the tab order is the middle of the window
    assert (figure.row, figure.column) == (0, 1)


def test_a_preview_under_the_mouse_is_sent_to_nobody(visit):
    page = mount(visit, figures.conv1d())
    page.get_by_role("button", name="output 4").hover()
    assert page.evaluate("model.sent") == []


def test_a_change_in_python_redraws_the_figure(visit):
    page = mount(visit, figures.conv1d())
    page.evaluate("model.set({ kernel: [-1, 0, 1] })")
    assert outputs(page) == [0, 1, 1, -1, -1, 0]
    assert page.get_by_label("filter weight 0").input_value() == "-1"


def test_a_change_that_comes_in_two_messages_is_drawn_when_it_is_whole(visit):
    page = mount(visit, figures.conv1d(position=5))
    page.evaluate("model.set({ input: [1, 2] })")
    page.evaluate("model.set({ kernel: [10, 1] })")
    assert outputs(page) == [12]
    page = mount(visit, figures.conv2d())
    page.evaluate("model.set({ image: [[1, 2], [3, 4]] })")
    page.evaluate("model.set({ kernel: [[1, 1]] })")
    assert page.locator(".dlf-board-output [role=gridcell]").all_inner_texts() == ["3", "7"]


def test_new_kernels_come_into_the_menu(visit):
    page = mount(visit, figures.conv2d(np.ones((3, 3))))
    page.evaluate("model.set({ kernels: { five: [[5]], six: [[6]] }, kernel: 'six' })")
    menu = page.get_by_role("combobox", name="Filter")
    assert menu.locator("option:not([hidden])").all_inner_texts() == ["five", "six"]
    assert menu.input_value() == "six"


@pytest.mark.parametrize("make", [figures.conv1d, figures.conv2d])
def test_cleaning_up_stops_the_figure(visit, make):
    page = mount(visit, make())
    page.clock.install(time=datetime(2030, 1, 1))
    page.clock.pause_at(datetime(2030, 1, 2))
    page.get_by_role("button", name="Play").click()
    page.evaluate("cleanup()")
    page.evaluate("model.sent = []")
    page.clock.run_for(5000)
    assert page.evaluate("model.sent") == []
    assert page.evaluate("model.listeners.size") == 0


def test_the_object_that_is_moved_and_marked_is_where_python_says(visit):
    figure = figures.shift(dx=1)
    page = mount(visit, figure)
    page.get_by_role("application").press("ArrowUp")
    page.get_by_role("button", name="Mark this position").click()
    page.get_by_role("application").press("ArrowLeft")
    page.get_by_role("combobox", name="Filter").select_option("outline")
    page.get_by_role("combobox", name="Pooling").select_option("max 4")
    for message in page.evaluate("model.sent"):
        figure.set_state(message)
    assert repr(figure).endswith("kernel='outline', pooling='max 4', row=4, column=6, dx=-1, dy=0)")
    page.get_by_role("combobox", name="Object").select_option("cat")
    figure.set_state(page.evaluate("model.sent.at(-1)"))
    assert figure.pooled.tolist() == figures.shift("cat", "outline", "max 4").pooled.tolist()


def test_the_shift_is_sent_once_for_each_pixel_and_pointing_never(visit):
    page = mount(visit, figures.shift())
    page.locator(".dlf-panel-pooled .dlf-square").hover()
    assert page.evaluate("model.sent") == []
    page.locator(".dlf-panel-image .dlf-square").hover()
    page.mouse.down()
    box = page.locator(".dlf-panel-image .dlf-square").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 10.5 / 16, box["y"] + box["height"] / 2, steps=30)
    page.mouse.up()
    sent = [tuple(message.values()) for message in page.evaluate("model.sent")]
    assert sent == [(1, 0), (2, 0), (3, 0)][: len(sent)]
    assert len(sent) >= 2


def test_python_moves_the_object_and_brings_new_ones(visit):
    page = mount(visit, figures.shift())
    page.evaluate("model.set({ dx: -2, pooling: 'global max' })")
    assert page.locator(".dlf-panel-image .dlf-caption").inner_text() == "moved 2 left"
    assert page.locator(".dlf-panel-pooled .dlf-cell").all_inner_texts() == ["3"]
    page.evaluate("model.set({ object: 'dot' })")  # its pixels come in the next message
    page.evaluate("model.set({ objects: { dot: [[5]] } })")
    assert page.locator(".dlf-panel-pooled .dlf-cell").all_inner_texts() == ["5"]
    assert page.get_by_role("combobox", name="Object").input_value() == "dot"
    page.evaluate("cleanup()")
    assert page.evaluate("model.listeners.size") == 0
