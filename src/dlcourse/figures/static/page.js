// Starts the figures of a page that has no kernel: an HTML page of the book, over http or from a file.
//
// Each figure is <div class="dlcourse-figure" data-figure="NAME"> with its state as JSON in a script element.
// window.DLCOURSE_FIGURES = {NAME: source of NAME.js}, with shared and controls among them, comes from modules.js, a
// classic script that is loaded before this one: a browser imports no module from file://, but it imports one from a
// blob.
(function () {
  "use strict";

  /** The part of anywidget's model that figures use. */
  class Model {
    constructor(state) {
      this.state = state;
      this.listeners = [];
    }
    get(name) {
      return this.state[name];
    }
    set(name, value) {
      const given = typeof name === "object" ? name : { [name]: value };
      const differs = (key) => JSON.stringify(given[key]) !== JSON.stringify(this.state[key]);
      const changed = Object.keys(given).filter(differs);
      Object.assign(this.state, given);
      for (const key of changed) this.emit("change:" + key);
      if (changed.length) this.emit("change");
    }
    save_changes() {}
    on(event, callback) {
      this.listeners.push([event, callback]);
    }
    off(event, callback) {
      this.listeners = this.listeners.filter(([e, c]) => (event && e !== event) || (callback && c !== callback));
    }
    emit(event) {
      for (const [e, callback] of [...this.listeners]) if (e === event) callback();
    }
  }

  const imported = {};
  function load(name, modules = []) {
    const sources = window.DLCOURSE_FIGURES || {};
    if (!sources[name]) throw new Error(`there is no figure “${name}” in modules.js`);
    const text = ["shared", "controls", ...modules, name].map((part) => sources[part]);
    imported[name] ||= import(URL.createObjectURL(new Blob(text, { type: "text/javascript" })));
    return imported[name];
  }

  async function mount(element) {
    if (element.dataset.started) return;
    element.dataset.started = "true";
    try {
      const state = JSON.parse(element.querySelector("script[type='application/json']").textContent);
      const { default: figure } = await load(element.dataset.figure, state.fixed.modules);
      const host = document.createElement("div");
      await figure.render({ model: new Model(state), el: host });
      element.replaceChildren(host);
    } catch (problem) {
      console.error("dlcourse:", problem);
      const text = document.createElement("p");
      text.textContent = `(This figure could not start: ${problem.message})`;
      element.append(text);
    }
  }

  const start = () => document.querySelectorAll(".dlcourse-figure[data-figure]").forEach(mount);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
