"""The figure gradient_descent: its paths are those of PyTorch's optimisers, in Python and on the page."""

import numpy as np
import pytest
import torch

from dlcourse import figures

FORMULAS = {
    "round bowl": lambda x, y: 0.5 * (x**2 + y**2),
    "narrow valley": lambda x, y: 0.5 * x**2 + 12.5 * y**2,
    "saddle": lambda x, y: (x**4 - 8 * x**2 + 16) / 32 + 0.5 * y**2,
    "two minima": lambda x, y: (x**4 - 8 * x**2 + 16) / 32 + 0.1 * x + 0.5 * (y - 0.25 * x) ** 2 + 0.20477214761,
    "waves": lambda x, y: 0.1 * (x**2 + y**2) + 0.5 * (torch.sin(1.5 * x) ** 2 + torch.sin(1.5 * y) ** 2),
}
OPTIMIZERS = {
    "gradient descent": lambda p, lr: torch.optim.SGD(p, lr=lr),
    "momentum": lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9),
    "Adam": lambda p, lr: torch.optim.Adam(p, lr=lr),
}


def start(page):
    return page.get_by_role("application")


def polyline(page, where):
    """The points of the line in a picture, (n, 2)."""
    points = page.locator(f".dlf-{where} polyline").last.get_attribute("points")
    return np.array([pair.split(",") for pair in points.split()], float)


def assert_shows(page, figure):
    """The page draws the figure's path, and says its numbers and its status."""
    drawn = np.clip(50 * np.array([1, -1]) * (figure.path - [-3, 2]), -3000, 3000)
    np.testing.assert_allclose(polyline(page, "trace"), drawn, rtol=0, atol=0.0051)
    step, loss, *_ = page.locator(".dlf-values dd").all_inner_texts()
    assert step == str(len(figure.path) - 1)
    assert float(loss.replace("−", "-")) == pytest.approx(figure.losses[-1], rel=0.06)
    assert page.locator(".dlf-said").get_attribute("data-status") == figure.status


@pytest.mark.parametrize("surface", figures.SURFACES)
def test_the_path_is_that_of_pytorchs_optimizer_in_python_and_on_the_page(show, stage, surface):
    figure = figures.gradient_descent(surface, step=40)
    page = show(figure)
    for method in figures.METHODS:
        figure.method, figure.learning_rate = method, 0.03
        stage.set(method=method, learning_rate=0.03)
        at = torch.tensor(figure.start, dtype=torch.float64, requires_grad=True)
        optimizer = OPTIMIZERS[method]([at], figure.learning_rate)
        points, losses = [], []
        for _ in range(figure.step + 1):
            optimizer.zero_grad()
            loss = FORMULAS[surface](*at)
            loss.backward()
            points.append(at.detach().numpy().copy())
            losses.append(loss.item())
            optimizer.step()
        np.testing.assert_allclose(figure.path, points, rtol=0, atol=1e-7)  # PyTorch adds Adam's epsilon where we do
        np.testing.assert_allclose(figure.losses, losses, rtol=0, atol=1e-7)
        gradient = page.locator(".dlf-values dd").last.inner_text().replace("−", "-").split(", ")
        np.testing.assert_allclose(np.array(gradient, float), at.grad, rtol=0.06)
        for rate in (0.03, 0.3):
            figure.learning_rate = rate
            stage.set(learning_rate=rate)
            assert_shows(page, figure)


@pytest.mark.parametrize("surface", figures.SURFACES)
def test_the_lowest_loss_is_zero_and_nothing_in_the_picture_is_below_it(surface):
    x, y = torch.tensor(np.mgrid[-3:3:601j, -2:2:401j])
    loss = FORMULAS[surface](x, y).numpy()
    assert -1e-9 <= loss.min() < 1e-4


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ({}, "start"),
        ({"step": 3}, "downhill"),
        ({"learning_rate": 1.5, "step": 3}, "across"),
        ({"learning_rate": 2.1, "step": 1}, "uphill"),
        ({"learning_rate": 2.1, "step": 100}, "diverging"),
        ({"surface": "narrow valley", "learning_rate": 0.1, "step": 60}, "diverging"),
        ({"step": 200}, "minimum"),
        ({"start": [0, 0]}, "minimum"),
        ({"surface": "saddle", "start": [0, 1.5], "step": 200}, "flat"),
        ({"surface": "saddle", "step": 200}, "minimum"),
        ({"surface": "two minima", "learning_rate": 0.5, "step": 200}, "local minimum"),
        ({"surface": "two minima", "learning_rate": 0.5, "start": [-2.5, 1], "step": 200}, "minimum"),
        ({"surface": "waves", "step": 100}, "local minimum"),
    ],
)
def test_page_and_python_say_the_same_of_a_path(show, arguments, status):
    figure = figures.gradient_descent(**arguments)
    assert figure.status == status
    page = show(figure)
    assert_shows(page, figure)
    fault = "dlf-fault" in page.locator(".dlf-said").get_attribute("class")
    assert fault == page.locator(".dlf-said").inner_text().startswith("Diverging:") == (status == "diverging")
    ended = figure.step == 200 or len(figure.path) <= figure.step
    assert (page.locator(".dlf-update").inner_text() == "The path ends here.") == ended


@pytest.mark.parametrize(("surface", "steepest"), [("round bowl", 1), ("narrow valley", 25)])
def test_on_a_bowl_gradient_descent_diverges_above_two_over_the_largest_curvature(surface, steepest):
    below, above = (figures.gradient_descent(surface, learning_rate=f * 2 / steepest, step=200) for f in (0.97, 1.05))
    assert below.losses[-1] < below.losses[0] / 1000
    assert above.losses[-1] > above.losses[0] * 1000
    assert above.status == "diverging"


def test_a_path_that_runs_away_is_given_up_and_stays_finite(show):
    for method in figures.METHODS:
        figure = figures.gradient_descent("two minima", method, 10, start=[3, 2], step=200)
        assert np.isfinite(figure.losses).all()
    figure = figures.gradient_descent("narrow valley", learning_rate=1, step=200)
    assert np.abs(figure.path[-1]).max() > 1e6 > np.abs(figure.path[-2]).max()
    assert len(figure.losses) == len(figure.path) < 201
    assert_shows(show(figure), figure)


def test_momentum_is_faster_along_a_valley_and_leaves_a_hollow_of_the_waves():
    def end(surface, method, rate):
        return figures.gradient_descent(surface, method, rate, step=150).losses[-1]

    assert end("narrow valley", "momentum", 0.01) < end("narrow valley", "gradient descent", 0.01) / 100
    assert end("waves", "momentum", 0.1) < 0.6 * end("waves", "gradient descent", 0.1)


def test_the_next_step_is_written_out_and_right(show):
    page = show(figures.gradient_descent(learning_rate=0.5, start=[2, -1]))
    lines = page.locator(".dlf-update span")
    assert lines.all_inner_texts() == ["next x: 2 − 0.5 · 2 = 1", "next y: −1 − 0.5 · (−1) = −0.5"]
    page.get_by_role("button", name="Next").click()
    page.get_by_role("combobox", name="Method").select_option("momentum")
    assert lines.first.inner_text() == "next x: 1 − 0.5 · (0.9 · 2 + 1) = −0.4"
    page.get_by_role("combobox", name="Method").select_option("Adam")
    page.get_by_role("button", name="Previous").click()
    assert lines.all_inner_texts() == ["next x: 2 − 0.5 · 2 / 2 = 1.5", "next y: −1 − 0.5 · (−1) / 1 = −0.5"]


def test_the_arrow_points_downhill_and_is_missing_where_nothing_is_downhill(show):
    for surface in figures.SURFACES:
        page = show(figures.gradient_descent(surface, start=[1.2, -0.7]))
        line, head = page.locator(".dlf-downhill"), page.locator(".dlf-arrowhead").get_attribute("transform")
        x1, y1, x2, y2 = (float(line.get_attribute(name)) for name in ("x1", "y1", "x2", "y2"))
        at = torch.tensor([1.2, -0.7], requires_grad=True)
        FORMULAS[surface](*at).backward()
        down = -at.grad.numpy() / np.linalg.norm(at.grad)
        np.testing.assert_allclose([x2 - x1, y1 - y2], 0.55 * 50 * down, atol=0.02)
        turn = np.radians(float(head.split("rotate(")[1].rstrip(")")))
        np.testing.assert_allclose([np.cos(turn), -np.sin(turn)], down, atol=1e-3)
    assert show(figures.gradient_descent(start=[0, 0])).locator(".dlf-downhill").count() == 0


def test_arrow_keys_move_the_start_and_the_path_follows(show, stage):
    figure = figures.gradient_descent(start=[2.4, 1.6], step=5)
    page = show(figure)
    for key in ("ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowUp", "ArrowUp"):
        start(page).press(key)
    assert_shows(page, figures.gradient_descent(start=[2.3, 1.65], step=5))
    assert start(page).get_attribute("aria-label") == "Start at x 2.3, y 1.65. Arrow keys move it."
    for _ in range(9):
        start(page).press("ArrowUp")
    assert stage.receive(figure).start == [2.3, 2]  # the picture ends there
    page = show(figure := figures.gradient_descent("saddle", start=[1, 1]))
    start(page).press("Home")
    assert stage.receive(figure).start == figures.gradient_descent("saddle").start == [0.05, 1.7]
    start(page).press("ArrowLeft")  # to the ridge
    assert stage.receive(figure).start == [0, 1.7]


def test_a_mouse_drags_the_start_and_a_press_puts_it_anywhere(show, stage):
    figure = figures.gradient_descent()
    page = show(figure)
    box = page.locator(".dlf-land").bounding_box()

    def pixel(x, y):
        return box["x"] + box["width"] * (x + 3) / 6, box["y"] + box["height"] * (2 - y) / 4

    def middle():
        ring = start(page).bounding_box()
        return ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2

    assert middle() == pytest.approx(pixel(2.4, 1.6), abs=2)
    page.mouse.move(*pixel(2.4, 1.6))
    page.mouse.down()
    page.mouse.move(*pixel(-1, 0.5), steps=5)
    assert stage.receive(figure).start == [-1, 0.5]
    page.mouse.up()
    page.mouse.click(*pixel(1.5, -1))
    assert stage.receive(figure).start == [1.5, -1]
    assert middle() == pytest.approx(pixel(1.5, -1), abs=2)
    assert_shows(page, figure)


def test_a_finger_drags_the_start_and_scrolls_the_page_elsewhere(visit):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = visit(figures.gradient_descent(), figures.gradient_descent(), **phone)
    box = page.locator(".dlf-land").first.bounding_box()
    session = page.context.new_cdp_session(page)

    def drag(x, y, dx, dy):
        places = [(x + dx * i / 5, y + dy * i / 5) for i in range(6)]
        for kind, points in [("touchStart", places[:1]), *[("touchMove", [p]) for p in places[1:]], ("touchEnd", [])]:
            touched = [{"x": a, "y": b} for a, b in points]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    # 18 pixels beside the start, which a finger covers
    drag(box["x"] + box["width"] * 0.9 + 18, box["y"] + box["height"] * 0.1, -box["width"] / 2 - 18, box["height"] / 4)
    moved = figures.gradient_descent(start=[-0.6, 0.6])
    assert_shows(page.locator(".dlf").first, moved)
    assert page.evaluate("scrollY") == 0
    drag(box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.9, 0, -100)
    page.wait_for_function("scrollY > 20")
    assert_shows(page.locator(".dlf").first, moved)


def test_play_goes_step_by_step_and_ends_where_the_gradient_is_zero(show):
    page = show(figures.gradient_descent(learning_rate=0.5))
    page.emulate_media(reduced_motion="no-preference")
    play, reset = (page.get_by_role("button", name=name) for name in ("Play", "Reset"))
    play.click()
    page.evaluate("() => { for (let i = 0; i < 5; i++) tick(); }")
    assert_shows(page, figures.gradient_descent(learning_rate=0.5, step=5))
    page.evaluate("() => { for (let i = 0; i < 60; i++) tick(); }")
    assert_shows(page, figures.gradient_descent(learning_rate=0.5, step=12))
    assert page.locator(".dlf-said").inner_text().endswith("this is the lowest point.")
    play.click()  # once more, from the start
    page.evaluate("() => { for (let i = 0; i < 3; i++) tick(); }")
    assert_shows(page, figures.gradient_descent(learning_rate=0.5, step=2))
    page.get_by_role("combobox", name="Surface").select_option("waves")  # begins at its own start, and stands
    assert page.evaluate("timers.size") == 0
    assert_shows(page, figures.gradient_descent("waves", learning_rate=0.5))
    reset.click()
    assert_shows(page, figures.gradient_descent(learning_rate=0.5))
    page.emulate_media(reduced_motion="reduce")  # who wants no motion gets the whole path at once
    play.click()
    page.evaluate("tick()")
    assert_shows(page, figures.gradient_descent(learning_rate=0.5, step=12))
    assert page.evaluate("timers.size") == 0


def test_contours_are_lines_of_equal_loss_and_the_colour_is_deeper_the_higher(show):
    page = show(figures.gradient_descent("round bowl"))
    paths = page.locator(".dlf-contours path").evaluate_all("all => all.map((path) => path.getAttribute('d'))")
    levels = [6.5 * ((12 - i) / 13) ** 2 for i in range(12)]
    for path, level in zip(paths, levels, strict=True):
        numbers = np.array(path.replace("M", " ").replace("L", " ").split(), float)
        radius = np.hypot(numbers[::2] / 16 - 3, 2 - numbers[1::2] / 16)
        assert np.ptp(radius) < 0.02
        assert radius.mean() ** 2 / 2 == pytest.approx(level, rel=0.01)
    pixels = page.locator("canvas").evaluate("c => [...c.getContext('2d').getImageData(0, 160, 480, 1).data]")
    losses = ((np.arange(480) + 0.5) / 80 - 3) ** 2 / 2
    shown = np.reshape(pixels, (480, 4))[:, 3]
    np.testing.assert_array_equal(shown, 17 * (losses[:, None] > levels).sum(1))


def test_the_losses_are_drawn_on_a_logarithmic_scale_as_far_as_the_steps_go(show):
    for step, horizon in [(0, 20), (20, 20), (21, 50), (100, 100), (101, 200)]:
        figure = figures.gradient_descent("narrow valley", learning_rate=0.01, step=step)
        page = show(figure)
        line = polyline(page, "losses")
        np.testing.assert_allclose(line[:, 0], 30 + 258 / horizon * np.arange(step + 1), atol=0.06)
        assert page.locator(".dlf-losses text").last.text_content() == str(horizon)
        named = page.locator(".dlf-losses text[text-anchor=end]").evaluate_all(
            "all => all.map((text) => [text.textContent.replace('−', '-'), text.getAttribute('y')])"
        )
        values, heights = np.array(named[:-1], float).T
        assert (np.diff(values) * np.diff(heights) < 0).all()  # the larger, the higher
        expected = np.interp(np.log10(figure.losses), np.log10(values)[::-1], heights[::-1] - 4)
        np.testing.assert_allclose(line[:, 1], expected, atol=0.2)


def test_a_screen_reader_is_told_what_happens(show):
    page = show(figures.gradient_descent(learning_rate=0.5, start=[2, 1]))
    page.get_by_role("button", name="Next").click()
    assert page.locator("[aria-live=polite]").inner_text() == (
        "Step 1: loss 0.625, gradient 1, 0.5. The loss falls, and the gradient is not yet zero: the path goes on."
    )
    assert page.get_by_role("img", name="loss from 2.5 at step 0 to 0.625 at step 1").count() == 1


def test_the_slider_of_the_rate_is_logarithmic_and_reaches_what_python_takes(show, stage):
    figure = figures.gradient_descent()
    page = show(figure)
    slider = page.get_by_role("slider")
    for key, rate in [("Home", 0.001), ("End", 10), ("ArrowLeft", 8.9)]:
        slider.press(key)
        assert stage.receive(figure).learning_rate == rate
        assert slider.get_attribute("aria-valuetext") == page.locator(".dlf-rate").inner_text() == str(rate)
    stage.set(learning_rate=0.1)
    assert slider.input_value() == "-1"


def test_what_a_reader_sets_comes_to_python(show, stage):
    figure = figures.gradient_descent(step=9)
    page = show(figure)
    page.get_by_role("combobox", name="Surface").select_option("saddle")
    page.get_by_role("combobox", name="Method").select_option("Adam")
    start(page).press("ArrowRight")
    page.get_by_role("button", name="Next").click()
    assert stage.receive(figure).state() == {
        "learning_rate": 0.1, "method": "Adam", "start": [0.1, 1.7], "step": 1, "surface": "saddle",
    }  # fmt: skip


def test_the_path_is_light_on_dark_pages_and_dark_on_light_ones(show):
    page = show(figures.gradient_descent(step=3))
    colour = "getComputedStyle(document.querySelector('.dlf-here')).fill"
    themes = {
        "document.documentElement.dataset.theme": [("light", "dark"), ("dark", "light")],
        "document.body.dataset.jpThemeLight": [("true", "dark"), ("false", "light")],
    }
    for attribute, pairs in themes.items():
        for value, wanted in pairs:
            page.evaluate(f"{attribute} = '{value}'")
            red, green, blue = map(int, page.evaluate(colour)[4:-1].split(","))
            assert ("light" if red + green + blue > 450 else "dark") == wanted
            page.evaluate(f"delete {attribute}")
    page.evaluate("document.documentElement.dataset.theme = 'light'")


def test_a_new_surface_keeps_the_start_that_was_given():
    figure = figures.gradient_descent("saddle", start=[1, 1])
    figure.surface = "waves"
    assert figure.start == [1, 1]
    assert figures.gradient_descent("waves").start == [2.6, 1.5]


def test_the_description_says_where_the_path_is():
    assert figures.gradient_descent("round bowl", learning_rate=0.5, start=[2, 1], step=2).describe() == (
        "Interactive figure: gradient descent with learning rate 0.5 on the loss surface “round bowl”, from [2, 1]. "
        "After 2 steps it is at [0.5, 0.25], and the loss has gone from 2.5 to 0.156."
    )


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"surface": "hill"}, ValueError, "surface must be one of 'round bowl', 'narrow valley', "),
        ({"method": "sgd"}, ValueError, "method must be one of 'gradient descent', 'momentum', 'Adam'; got str 'sgd'"),
        ({"learning_rate": 0}, ValueError, "learning_rate must be a finite number between 0.001 and 10, got 0"),
        ({"start": [4, 0]}, ValueError, r"start\[0\] must be a finite number between -3 and 3, got 4"),
        ({"start": [0, -2.5]}, ValueError, r"start\[1\] must be a finite number between -2 and 2, got -2.5"),
        ({"start": [1, 2, 3]}, ValueError, r"start must have shape \(2\), got an array of shape \(3,\)"),
    ],
)
def test_it_names_what_is_wrong(arguments, error, message):
    with pytest.raises(error, match=message):
        figures.gradient_descent(**arguments)
