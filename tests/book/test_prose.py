"""What the chapters and exercise pages say: that it hangs together, and that its numbers come from somewhere."""

import ast
import re
from functools import cache

import nbformat
import pytest

from tools import notebooks

ROOT = notebooks.ROOT
PATHS = notebooks.paths()
CHAPTERS = [path for path in PATHS if "exercises" not in path.parts and path.parent.name != "start"]
EXERCISES = [path for path in PATHS if "exercises" in path.parts]


def name(path):
    return path.relative_to(ROOT).as_posix().removesuffix(".ipynb")


def each(paths):
    return pytest.mark.parametrize("path", paths, ids=name)


@cache
def cells(path):
    return nbformat.read(path, as_version=4).cells


def code(path):
    return [cell for cell in cells(path) if cell.cell_type == "code"]


def texts(path):
    """The sources of the Markdown cells; for a page in Markdown, the page."""
    if path.suffix == ".md":
        return [path.read_text("utf-8")]
    return [cell.source for cell in cells(path) if cell.cell_type == "markdown"]


def tags(cell):
    return cell.metadata.get("tags", [])


def printed(cell):
    """What a cell prints and the text of its results."""
    return "\n".join(output.get("text") or str(output.get("data", {}).get("text/plain")) for output in cell.outputs)


def figure(cell):
    return cell.metadata.get("mystnb", {}).get("figure", {})


def alt(cell):
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def with_picture(path):
    return [cell for cell in code(path) if "<Picture with" in printed(cell)]


# ---------------------------------------------------------------- numbers

NUMBER = re.compile(r"(?<![\w.,^/-])(\d{1,3}(?:,\d{3})+|\d+\.\d+|\d{3,}|\d+(?= ?%))(?![\w]|\.\d|,\d)(?: ?(%))?")
YEARS = range(1650, 2031)

FROM_ELSEWHERE = {  # numbers that no cell of the notebook has: given in the text, reckoned there, or from a work cited
    "book/convolution/depth-and-receptive-field": "224 180",
    "book/convolution/learned-filters": "512 576 0.003",
    "book/convolution/padding-stride-channels": "125",
    "book/convolution/pooling-and-invariance": "1.4 144 180 200",
    "book/convolution/two-dimensions": "447",
    "book/networks/architectures": "4,096 112 341 15.3 11.2 448 1,500",
    "book/networks/cnn": "784 320 2,880 4,000 2,000",
    "book/networks/mlp": "120 1,024 5,000 10% 0.35% 99.9%",
    "book/networks/rnn": "0.993",
    "book/networks/sequence-to-sequence": "8601",
    "book/recognition/tasks-and-metrics": "1,000",
    "book/recognition/region-proposals": "2,000 0.879 10,097",
    "book/visualization/cats-and-dogs": "0.03",
    "book/networks/training": "4,820 1,797 6.7 1.41 0.58",
    "book/recognition/fast-rcnn": "1,500 61.4% 66.9% 146 213 2,000 9.5",
    "book/recognition/faster-rcnn": "400 8,000 66.9%",
    "book/recognition/mask-rcnn": "2.75 0.375 2.375 0.625 0.15 8,000 0.001 400 0.07 29.7 30.3",
    # The papers' and the small pets' numbers; python -m benchmarks.comparison draws; python -m benchmarks.detectors
    "book/recognition/comparison": "0.29 0.51 8.6% 4.75% 13.6% 5.9% 7.0% 3.3% 3.7% 3.1% 4.7% 2.8 1.8 146 "
    "1,500 63.4 70.0 4.6 3.3 4.4 600 601 602 1.3 1.7 1.5 2.3 0.045",
    "book/recognition/yolo": "155 52.7% 63.4% 19.0% 8.6% 4.75% 13.6% 4,000 8,000 48,000 0.004 95%",
    "book/recognition/yolov2": "2.6 0.365 0.328 0.376 4,000 8,000 2.4 61.0% 60.9% 1000 608 12,800 1,280 544 "
    "9,418 19.7% 16.0% 156 3.7",
    "book/recognition/yolov3": "0.016 0.004 1,000 344 635 "  # python -m benchmarks.yolov3_scales
    "8,000 5,000 0.945 0.620",  # the weights' own notes; python -m benchmarks.keras_yolo
    "book/recognition/readers-questions": "6.3 4.6 1.1 416 600 12,000 0.113 0.087 0.086 0.062 0.071 0.054 0.344 "
    "0.354 0.347 0.77 0.67 36%",
    "book/recognition/debugging": "0.95 0.001 0.05 301 302",  # the settings of two libraries; seeds
    "book/recognition/rcnn": "53.3% 1,500 4,096 2,000 1000",
    "book/visualization/transfer": "1.28 118 224 268 285 600",
    "book/visualization/wrong-predictions": "998 4,000 12,288",
    "book/recognition/localization": "512 256",
    "exercises/convolution/depth-and-receptive-field": "1536 243",
    "exercises/convolution/learned-filters": "200 1000",
    "exercises/convolution/one-dimension": "543",
    "exercises/convolution/padding-stride-channels": "1,856 553,984",
    "exercises/convolution/readers-questions": "0.62",
    "exercises/networks/sequence-to-sequence": "0.43",
    "exercises/networks/training": "400 300",
    "exercises/recognition/fast-rcnn": "3.75 10,000",
    "exercises/recognition/faster-rcnn": "300",
    "exercises/recognition/readers-questions": "0.866 0.45 0.55",
    "exercises/recognition/region-proposals": "0.72",
    "exercises/recognition/mask-rcnn": "7.9 0.05",
    "exercises/recognition/yolov3": "160",
    "exercises/recognition/yolov2": "128",
    "exercises/visualization/transfer": "260 0.05",
    "exercises/recognition/localization": "0.45",
}


def readable(text):
    """The text without code, tables, addresses, citations and labels, in which numbers mean something else."""
    text = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)|https?://\S+|^\|.*\|$", " ", text, flags=re.DOTALL | re.MULTILINE)
    return text.replace("{,}", ",")


def numbers(text):
    """The numbers of three digits and more, those with decimals, and the percentages."""
    return [found[1] + (found[2] or "") for found in NUMBER.finditer(readable(text))]


def known(path):
    """The numbers in the code of a notebook and in what it prints; a percentage as `99%`."""
    found = set()
    for cell in code(path):
        for number, percent in re.findall(r"(\d[\d_,]*\.?\d*(?:e[-+]?\d+)?)( ?%)?", cell.source + "\n" + printed(cell)):
            for part in [number.replace("_", "").replace(",", ""), *number.split(",")]:
                if re.fullmatch(r"\d+\.?\d*(e[-+]?\d+)?", part):
                    found.add(float(part) / 100 if percent else float(part))
    return found


def is_known(number, all_known):
    """Whether one of the known numbers, rounded, is this one."""
    bare = number.rstrip("%").replace(",", "")
    value, decimals, by = float(bare), len(bare.partition(".")[2]), 100 if number.endswith("%") else 1
    return any(abs(round(k * by, decimals) - value) < 1e-9 for k in all_known if by == 1 or k <= 1)


def told(path):
    """The text of a page, and its captions."""
    return [*texts(path), *(figure(cell).get("caption", "") for cell in code(path))]


@each(PATHS)
def test_its_numbers_are_in_a_cell_or_have_a_source(path):
    all_known, sourced = known(path), FROM_ELSEWHERE.get(name(path), "").split()
    unknown = [
        number
        for text in told(path)
        for number in numbers(text)
        if not (number.isdigit() and int(number) in YEARS) and number not in sourced and not is_known(number, all_known)
    ]
    assert unknown == []


def test_no_number_is_excused_that_needs_no_excuse():
    for page, excused in FROM_ELSEWHERE.items():
        path = ROOT / f"{page}.ipynb"
        said = {number for text in told(path) for number in numbers(text)}
        assert set(excused.split()) <= said, page
        assert not [number for number in excused.split() if is_known(number, known(path))], page


# ---------------------------------------------------------------- figures


@each(PATHS)
def test_each_picture_has_a_caption_a_name_and_words_for_who_does_not_see_it(path):
    for cell in with_picture(path):
        assert figure(cell).get("caption"), cell.source
        assert figure(cell).get("name"), cell.source
        assert len(alt(cell)) > 30, cell.source


def test_each_name_of_a_figure_is_given_once():
    names = [figure(cell)["name"] for path in PATHS for cell in with_picture(path)]
    assert sorted(names) == sorted(set(names))


@each(PATHS)
def test_a_caption_speaks_of_the_colours_that_its_picture_has(path):
    for cell in with_picture(path):
        words = figure(cell)["caption"] + " " + alt(cell)
        assert not re.search(r"orange,?( is| are)? positive|[Bb]lue,?( is| are)? negative", words), words
        if "White is zero" in words or "lue positive" in words or "lue is positive" in words:
            assert "signed=True" in cell.source or "plot.heatmap(" in cell.source, cell.source


@each(PATHS)
def test_what_a_curve_goes_over_is_the_label_of_its_horizontal_axis(path):
    for cell in with_picture(path):
        across, along = (re.search(label + r'="([^"]+)"', cell.source) for label in ("xlabel", "ylabel"))
        said = re.findall(r"\bover the ((?:\w+ ?){1,3})", figure(cell)["caption"] + " " + alt(cell))
        if across and along and said:
            words = set(" ".join(said).split())
            assert words & set(across[1].split()) or not words & set(along[1].split()), (said, cell.source)


@each(PATHS)
def test_the_words_for_a_picture_name_its_panels_in_their_order(path):
    for cell in with_picture(path):
        titles = re.search(r"(?:titles|names)\s*=\s*\[([^\]]*)\]", cell.source)
        named = dict.fromkeys(re.findall(r'"([^"]+)"', titles[1])) if titles else {}
        places = [re.search(rf"\b{re.escape(title)}\b", alt(cell), re.IGNORECASE) for title in named]
        starts = [place.start() for place in places if place]
        assert starts == sorted(starts), (list(named), alt(cell))


# ---------------------------------------------------------------- predictions


def blocks(path):
    """What follows each other on the page: ("text", paragraph), ("heading", line) or ("code", cell)."""
    for cell in cells(path):
        if cell.cell_type == "code":
            yield "code", cell
        else:
            for block in re.split(r"\n\s*\n", cell.source):
                yield "heading" if block.startswith("#") else "text", block


@each(PATHS)
def test_each_prediction_is_answered_by_an_output_before_the_next_heading(path):
    open_question = None
    for kind, block in blocks(path):
        if kind == "code" and block.outputs:
            open_question = None
        elif kind == "heading" or (kind == "text" and "**Predict" in block):
            assert open_question is None
            open_question = block if kind == "text" else None
    assert open_question is None


@each(PATHS)
def test_the_word_that_asks_for_a_prediction_is_bold(path):
    for text in texts(path):
        assert not re.search(r"(?<!\*\*)\bPredict\b", text), text


# ---------------------------------------------------------------- links


@cache
def headings(path):
    """The addresses of a page's headings, as in `page.ipynb#address`."""
    titles = re.findall(r"^#+ (.+)$", "\n".join(texts(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@each([*PATHS, *sorted((ROOT / "book").rglob("*.md"))])
def test_links_lead_to_pages_and_sections_that_exist(path):
    for link in re.findall(r"\]\(([^)\s]+)\)", "\n".join(texts(path))):
        page, _, section = link.partition("#")
        if not re.match(r"\w+:", link):
            target = (path.parent / page).resolve() if page else path
            assert target.exists(), link
            assert not section or section in headings(target), link


def test_terms_works_and_figures_that_the_text_names_exist():
    bibliography = (ROOT / "book/references.bib").read_text("utf-8")
    glossary = (ROOT / "book/reference/glossary.md").read_text("utf-8")
    exist = {
        "cite": set(re.findall(r"^@\w+\{([^,]+),", bibliography, re.MULTILINE)),
        "term": {line.lower() for line in glossary.splitlines()},
        "numref": {figure(cell)["name"] for path in PATHS for cell in with_picture(path)},
    }
    for path in PATHS:
        for role, named in re.findall(r"\{(cite|term|numref)(?::\w+)?\}`([^`]+)`", "\n".join(texts(path))):
            label = re.sub(r".*<(.*)>", r"\1", named, flags=re.DOTALL).replace("\n", " ").lower()
            for key in label.split(",") if role == "cite" else [label]:
                assert key.strip() in {x.lower() for x in exist[role]}, (name(path), role, named)


# ---------------------------------------------------------------- heads and ends


@each(CHAPTERS)
def test_a_chapter_says_what_one_will_be_able_to_do_what_one_needs_and_how_long_it_takes(path):
    head = cells(path)[0].source
    goals = head.partition("**After this chapter you can**")[2].partition("**You need**")[0]
    assert 3 <= len(re.findall("^- ", goals, re.MULTILINE)) <= 6
    assert re.search(r"\*\*Time:\*\* .*to read.*\brun", head, re.DOTALL)


@each(CHAPTERS)
def test_a_chapter_ends_with_its_exercises(path):
    end = texts(path)[-1]
    assert "## What you can do now" in end
    exercises = ROOT / "exercises" / path.relative_to(ROOT / "book")
    assert not exercises.exists() or f"](../../exercises/{path.parent.name}/{path.name})" in end


WORDS = {6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten", 11: "eleven", 12: "twelve"}


@each(EXERCISES)
def test_an_exercise_page_counts_its_exercises_and_points(path):
    head = " ".join(cells(path)[0].source.split())
    exercises = re.findall(r"^## Exercise", "\n".join(texts(path)), re.MULTILINE)
    assert f"for all {WORDS[len(exercises)]}" in head
    points = sum(cell.metadata.get("nbgrader", {}).get("points", 0) for cell in code(path))
    assert f"there are {points} points" in head


# ---------------------------------------------------------------- cells


@each(PATHS)
def test_a_tolerance_still_compares_something(path):
    for cell in code(path):
        assert all(float(tag[5:]) <= 0.1 for tag in tags(cell) if tag.startswith("rtol-")), cell.source


CLOCK = re.compile(r"perf_counter|process_time|time\.time\(|monotonic|%time")


@each(PATHS)
def test_nothing_is_asserted_of_a_time(path):
    measure = CLOCK.pattern
    for cell in code(path):
        if CLOCK.search(cell.source):
            measure += "".join(rf"|\b{found}\(" for found in re.findall(r"def (\w+)\(", cell.source))
    for cell in code(path):
        if re.search(measure, cell.source):
            tree = ast.parse(re.sub(r"^%.*", "", cell.source, flags=re.MULTILINE))
            assert not [node for node in ast.walk(tree) if isinstance(node, ast.Assert)], cell.source
