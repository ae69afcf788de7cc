"""A visit reports the faults of a page, so the tests of the built site can fail, and none of a page without any."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browser_visit import Visit, visit_by_file, visit_by_http
from serving import serve

PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Page</title><link rel="icon" href="data:,">
<meta name="viewport" content="width=device-width"><script>
const dark = matchMedia("(prefers-color-scheme: dark)");
const choose = () => { document.documentElement.dataset.theme = dark.matches ? "dark" : "light" };
dark.addEventListener("change", choose); choose();
</script><style>html[data-theme=dark] .faint { color: #eee; background: #fff }</style></head>
<body><main><h1>Filters</h1>%s</main></body></html>"""

FAULTS = """
<h1>Filters again</h1>
<img src="https://cdn.example/cat.png" alt="A cat">
<img src="missing.png" alt="A dog">
<script>console.error("first"); throw new Error("second")</script>
<span class="math">x</span>
<div class="dlcourse-figure" data-figure="conv1d"><script type="application/json">{}</script><p>A figure</p></div>
<div style="width: 500px; background: #ddd">A line that is wider than the screen of a phone</div>
<input type="text"><p class="faint">Faint in the dark theme</p>
<details><summary>More</summary><select></select></details>
"""


@pytest.fixture(scope="module")
def visits(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Visit]:
    """Visits to a good and a bad page, over http and as files."""
    root: Path = tmp_path_factory.mktemp("site")
    (root / "good.html").write_text(PAGE % "<p>All is well.</p>", "utf-8")
    (root / "bad.html").write_text(PAGE % FAULTS, "utf-8")
    with serve(root) as address:
        found = {f"{name} http": visit_by_http(browser, address, f"{name}.html") for name in ("good", "bad")}
    return found | {f"{name} file": visit_by_file(browser, root, f"{name}.html") for name in ("good", "bad")}


@pytest.mark.parametrize("way", ["http", "file"])
def test_a_good_page_has_no_faults(visits: dict[str, Visit], way: str) -> None:
    visit = visits[f"good {way}"]
    assert (visit.foreign, visit.failed, visit.errors, visit.facts["brokenImages"]) == ([], [], [], [])
    assert len(visit.asked) == 1
    assert visit.facts["headings"] == ["Filters"]


def test_a_good_page_pleases_axe_fits_a_phone_and_is_weighed(visits: dict[str, Visit]) -> None:
    visit = visits["good http"]
    assert visit.violations == {"light": [], "dark": []}
    assert visit.narrow == {"scrolls": 0, "widest": []}
    assert visit.bytes == {"good.html": len(PAGE % "<p>All is well.</p>")}


@pytest.mark.parametrize("way", ["http", "file"])
def test_the_faults_of_a_bad_page_are_found(visits: dict[str, Visit], way: str) -> None:
    visit = visits[f"bad {way}"]
    assert visit.foreign == ["https://cdn.example/cat.png"]
    assert any("missing.png" in failed for failed in visit.failed)
    assert "error: first" in visit.errors
    assert "exception: second" in visit.errors
    assert visit.facts["brokenImages"] == ["https://cdn.example/cat.png", "missing.png"]
    assert visit.facts["headings"] == ["Filters", "Filters again"]
    assert (visit.facts["equations"], visit.facts["typeset"]) == (1, 0)
    assert [figure["started"] for figure in visit.facts["figures"]] == [False]


def test_axe_finds_what_is_folded_and_what_only_the_dark_theme_shows(visits: dict[str, Visit]) -> None:
    light, dark = (" ".join(visits["bad http"].violations[theme]) for theme in ("light", "dark"))
    assert "critical label: input" in light
    assert "critical select-name: select" in light
    assert "serious color-contrast: .faint" in dark
    assert "color-contrast" not in light


def test_a_page_too_wide_for_a_phone_is_found(visits: dict[str, Visit]) -> None:
    assert visits["bad http"].narrow["scrolls"] > 100
    assert "500px" in visits["bad http"].narrow["widest"][0]
