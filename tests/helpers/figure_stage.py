"""A page on which figures are mounted as JupyterLab mounts them, one after the other, without a load for each."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from dlcourse.figures import Figure

MOUNT = """async ([name, state]) => {
  // As strict as the model of JupyterLab: it hands out its own values (so that a figure which changed one in place
  // would be found out), says `change` once for each `set` that changes something, and counts what is sent to Python.
  window.modules ??= {};
  const text = ["shared", "controls", ...(state.fixed.modules ?? []), name].map((part) => DLCOURSE_FIGURES[part]);
  modules[name] ??= import(URL.createObjectURL(new Blob(text, { type: "text/javascript" })));
  const freeze = (x) => {
    if (x && typeof x === "object") Object.values(x).forEach(freeze);
    return Object.freeze(x);
  };
  const model = {
    state: freeze(state), listeners: new Set(), sent: [], unsent: {},
    get(key) { return this.state[key]; },
    set(changes) {
      const before = JSON.stringify(this.state);
      this.state = freeze({ ...this.state, ...changes });
      Object.assign(this.unsent, changes);
      if (JSON.stringify(this.state) !== before) this.listeners.forEach((callback) => callback());
    },
    save_changes() { this.sent.push(this.unsent); this.unsent = {}; },
    on(event, callback) { if (event !== "change") throw Error(event); this.listeners.add(callback); },
    off(event, callback) { this.listeners.delete(callback); },
  };
  const host = document.createElement("div");
  const { default: figure } = await modules[name];
  const cleanup = await figure.render({ model, el: host });
  document.querySelector("main").append(host);
  (window.mounted ??= []).push({ model, host, cleanup });
  // All that a reader sees and a screen reader hears, with what is in the fields: a line for each element.
  window.look = (i = 0) => [...mounted[i].host.querySelectorAll("*")].map((element) => [
    element.tagName,
    ...[...element.attributes].filter(({ value }) => value).map(({ name, value }) => `${name}=${value}`).sort(),
    element.checked ?? "", element.value ?? "",
    ...[...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : "")),
  ].join(" ")).join("\\n");
  await new Promise(requestAnimationFrame);
}"""

CLEAR = """() => {
  document.activeElement.blur();
  for (const { cleanup } of window.mounted ?? []) cleanup();
  window.mounted = [];
  document.querySelector("main").replaceChildren();
}"""

TIMERS = """() => {
  window.timers = new Map();
  window.setInterval = (act) => { timers.set(timers.size + 1, act); return timers.size; };
  window.clearInterval = (id) => timers.delete(id);
  window.tick = () => [...timers.values()].forEach((act) => act());
}"""
"""Playing advances by `tick()`, when the test says so."""


class Stage:
    """The page; `show` puts figures on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.evaluate(TIMERS)

    def show(self, *figures: Figure, width: int = 800) -> Page:
        """These figures, and no others, on the page."""
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.mouse.move(0, 0)
        self.page.evaluate(CLEAR)
        for figure in figures:
            self.page.evaluate(MOUNT, [figure.name, {**figure.state(), "fixed": figure.fixed}])
        return self.page

    def sent(self, i: int = 0) -> list[dict[str, Any]]:
        """What figure `i` has sent to Python since this was asked the last time."""
        return self.page.evaluate("i => mounted[i].model.sent.splice(0)", i)

    def receive(self, figure: Figure, i: int = 0) -> Figure:
        """`figure`, to which Python's side of figure `i` has told all that was sent."""
        for message in self.sent(i):
            figure.set_state(message)
        return figure

    def set(self, **changes: Any) -> None:
        """Python changes traits of the first figure."""
        self.page.evaluate("changes => mounted[0].model.set(changes)", changes)
