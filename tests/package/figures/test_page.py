"""What page.js does for figures on a page without a kernel."""

import json

from dlcourse import figures


def test_without_javascript_a_sentence_stands_for_the_figure(visit):
    page = visit(figures.conv1d(), java_script_enabled=False)
    assert page.locator(".dlcourse-figure p").inner_text() == figures.conv1d().describe()


def test_a_figure_that_cannot_start_keeps_its_sentence(browser, build_page, tmp_path):
    file = build_page(tmp_path, figures.conv1d())
    file.write_text(file.read_text(encoding="utf-8").replace('data-figure="conv1d"', 'data-figure="nothing"'), "utf-8")
    page = browser.new_page()
    page.goto(file.as_uri())
    text = page.locator(".dlcourse-figure").inner_text()
    page.close()
    assert "Interactive figure: the filter [0, 1, 0]" in text
    assert "could not start: there is no figure “nothing”" in text


def test_the_model_of_a_page_tells_its_listeners_what_has_changed(browser, build_page, tmp_path):
    probe = """export default { render({ model, el }) {
      const log = (text) => { el.textContent += text + " "; };
      const all = () => log("change");
      model.on("change:bias", () => log("bias=" + model.get("bias")));
      model.on("change", all);
      model.set("bias", 2);
      model.set({ bias: 2, input: [0, 0, 0, 1, 1, 0, 0, 0] });
      model.off("change", all);
      model.set("bias", 3);
      model.save_changes();
    } };"""
    file = build_page(tmp_path, figures.conv1d())
    with (tmp_path / "_static" / "figures" / "modules.js").open("a", encoding="utf-8") as modules:
        modules.write(f"DLCOURSE_FIGURES.conv1d = {json.dumps(probe)};")
    page = browser.new_page()
    page.goto(file.as_uri())
    page.wait_for_function("!document.querySelector('.dlcourse-figure > script')")
    text = page.locator(".dlcourse-figure").inner_text()
    page.close()
    assert text.split() == ["bias=2", "change", "bias=3"]
