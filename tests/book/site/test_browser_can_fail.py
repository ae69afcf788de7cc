"""A visit reports the faults of a page, so the tests of the built site can fail, and none of a page without any."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser_visit import LIMIT, Visit, open_context, visit_by_file, visit_by_http
from serving import serve

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><script>
const dark = matchMedia("(prefers-color-scheme: dark)");
const choose = () => { document.documentElement.dataset.theme = dark.matches ? "dark" : "light" };
dark.addEventListener("change", choose); choose();
</script><style>html[data-theme=dark] :is(.faint, .s) { color: #eee; background: #fff }</style></head>
<body><main><h1>Filters</h1>%s</main></body></html>"""

GOOD = """<p>All is well.</p><script>
import(URL.createObjectURL(new Blob(["export default 1"], { type: "text/javascript" })))</script>"""

FAULTS = """
<div id="late"></div>
<h1>Filters again</h1>
<img src="https://cdn.example/cat.png" alt="A cat">
<img src="missing.png" alt="A dog">
<script>console.error("first"); throw new Error("second")</script>
<span class="math">x</span>
<div class="dlcourse-figure" data-figure="conv1d"><script type="application/json">{}</script><p>A figure</p></div>
<div style="width: 500px; background: #ddd">A line that is wider than the screen of a phone</div>
<input type="text"><p class="faint">Faint in the dark theme</p>
<details><summary>More</summary><select></select><img src="folded.png" alt="A mouse" loading="lazy"></details>
<img class="only-dark" src="only-dark.png" alt="Night" style="display: none" loading="lazy">
<mjx-merror>wrong</mjx-merror>
<div class="highlight"><pre><span class="s">"one"</span> <span class="s">"two"</span></pre></div>
<script>setTimeout(() => { document.getElementById("late").style.height = "300px" }, 100)</script>
"""


@pytest.fixture(scope="module")
def visits(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Visit]:
    """Visits to a good and a bad page, over http and as files."""
    root: Path = tmp_path_factory.mktemp("site")
    (root / "good.html").write_text(PAGE % GOOD, "utf-8")
    (root / "bad.html").write_text(PAGE % FAULTS, "utf-8")
    with serve(root) as address:
        context = open_context(browser)
        found = {f"{name} http": visit_by_http(context, address, f"{name}.html") for name in ("good", "bad")}
        context.set_offline(True)
    found |= {f"{name} file": visit_by_file(context, root, f"{name}.html") for name in ("good", "bad")}
    context.close()
    return found


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_good_page_has_no_faults(visits: dict[str, Visit], way: str) -> None:
    visit = visits[f"good {way}"]
    assert visit.faults() == []
    assert len(visit.asked) == 1
    assert visit.facts["headings"] == ["Filters"]
    assert visit.shift == 0


def test_a_good_page_pleases_axe_fits_a_phone_and_is_weighed(visits: dict[str, Visit]) -> None:
    visit = visits["good http"]
    assert visit.violations == {"light": [], "dark": []}
    assert visit.narrow == {"scrolls": 0, "widest": []}
    assert visit.bytes == {"good.html": len(gzip.compress((PAGE % GOOD).encode(), 6))}


ANYWHERE = (
    "asks another host: https://cdn.example/cat.png",
    "no answer: ",
    "reports error: first",
    "reports exception: second",
    "0 of 1 equations are typeset",
    "badly typeset: wrong",
    "a figure did not start: {'name': 'conv1d'",
    "a broken image: missing.png",
    "a broken image: folded.png",
    "2 main headings: ['Filters', 'Filters again']",
    "its layout shifts by ",
)
ON_THE_WEB = (
    "light: critical label: input",
    "light: critical select-name: select",
    "dark: serious color-contrast: .faint",
    "dark: serious color-contrast: .s",
    "scrolls sideways on a phone: ",
)


@pytest.mark.parametrize(
    ("way", "fault"), [(way, f) for way in ("http", "file") for f in ANYWHERE] + [("http", f) for f in ON_THE_WEB]
)
def test_a_fault_of_a_bad_page_is_found(visits: dict[str, Visit], way: str, fault: str) -> None:
    assert any(found.startswith(fault) for found in visits[f"bad {way}"].faults()), visits[f"bad {way}"].faults()


def test_what_is_right_is_not_reported(visits: dict[str, Visit]) -> None:
    found = " ".join(visits["bad http"].faults())
    assert "light: serious color-contrast" not in found
    assert "only-dark.png" not in found
    assert found.count("color-contrast: .s") == 1  # of two pieces of code in the same colour
    assert visits["bad http"].narrow["scrolls"] > 100
    assert "500px" in visits["bad http"].narrow["widest"][0]


def test_a_page_over_the_limit_is_heavy() -> None:
    visit = Visit("page", bytes={"page.html": LIMIT - 10, "a.webp": 10})
    visit.facts = {"typeset": 0, "equations": 0, "badlyTypeset": [], "figures": [], "brokenImages": [], "headings": [1]}
    assert visit.faults() == []
    visit.bytes["b.js"] = 1
    [fault] = visit.faults()
    assert fault.startswith("weighs 1,000,001 bytes, most of them [('page.html', ")
