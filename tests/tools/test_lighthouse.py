"""`make lighthouse` judges pages by the middle of three runs, and says what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools import lighthouse

GOOD = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100, "layout shift": 0.05}


def report(score: float, shift: float) -> dict:
    scores = {name: {"score": score if name == "performance" else 1} for name in lighthouse.GOALS}
    return {"categories": scores, "audits": {"cumulative-layout-shift": {"numericValue": shift}}}


def test_a_report_is_read_in_per_cent() -> None:
    assert lighthouse.measured(report(0.95, 0.05)) == GOOD


def test_a_page_that_reaches_the_goals_exactly_misses_none() -> None:
    assert lighthouse.missed(GOOD) == []


@pytest.mark.parametrize(
    "worse", [{"performance": 94}, {"accessibility": 99}, {"best-practices": 99}, {"seo": 99}, {"layout shift": 0.051}]
)
def test_each_goal_can_be_missed(worse: dict[str, float]) -> None:
    [problem] = lighthouse.missed({**GOOD, **worse})
    assert problem.startswith(next(iter(worse)))


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("", "utf-8")
    monkeypatch.setattr(lighthouse, "SITE", tmp_path)
    monkeypatch.setattr(lighthouse.shutil, "which", lambda program: "/usr/bin/npx")
    monkeypatch.setattr(lighthouse, "chromium", lambda: "/usr/bin/chromium")


@pytest.mark.parametrize(("scores", "fails"), [((0.5, 0.95, 0.96), False), ((0.94, 1, 0.94), True)])
def test_a_page_is_judged_by_its_middle_run(
    site: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], scores: tuple, fails: bool
) -> None:
    runs = iter([lighthouse.measured(report(score, 0)) for _ in lighthouse.PAGES for score in scores])
    monkeypatch.setattr(lighthouse, "measure", lambda address, chrome: next(runs))
    if fails:
        with pytest.raises(SystemExit, match=r"book/index\.html: performance 94, below 95"):
            lighthouse.main()
    else:
        lighthouse.main()
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_without_node_or_site_it_says_what_to_do(site: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "index.html").unlink()
    with pytest.raises(SystemExit, match="make book"):
        lighthouse.main()
    monkeypatch.setattr(lighthouse.shutil, "which", lambda program: None)
    with pytest.raises(SystemExit, match="nodejs"):
        lighthouse.main()
