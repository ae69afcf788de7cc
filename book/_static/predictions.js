// Covers over the answers to predictions: those of one prediction open together, and one switch, which is remembered,
// opens those of the whole book. This runs in the page's head, so that open covers are open when they are first painted.
(() => {
  "use strict";
  const root = document.documentElement;
  const covers = () => document.querySelectorAll("details.prediction");
  const shown = () => root.dataset.predictions === "shown";

  function remember(state) {
    try {
      localStorage.setItem("predictions", state);
    } catch {} // a browser may forbid it; then the choice holds for this page
  }
  function remembered() {
    try {
      return localStorage.getItem("predictions");
    } catch {
      return null;
    }
  }

  root.dataset.predictions = remembered() === "shown" ? "shown" : "covered";
  const prepare = () => {
    if (shown()) for (const cover of covers()) cover.open = true;
    const button = document.querySelector(".predictions-switch button");
    button?.setAttribute("aria-pressed", shown());
  };
  const observer = new MutationObserver(prepare);
  observer.observe(root, { childList: true, subtree: true });

  document.addEventListener("DOMContentLoaded", () => {
    observer.disconnect();
    prepare();
    document.querySelector(".predictions-switch button").addEventListener("click", (event) => {
      root.dataset.predictions = shown() ? "covered" : "shown";
      event.currentTarget.setAttribute("aria-pressed", shown());
      for (const cover of covers()) cover.open = shown();
      remember(root.dataset.predictions);
    });
    // A cover that the reader, a link or the browser's search opens or closes takes the others of its prediction along.
    document.addEventListener(
      "toggle",
      ({ target }) => {
        if (!target.matches("details.prediction")) return;
        for (const cover of covers())
          if (cover.dataset.prediction === target.dataset.prediction) cover.open = target.open;
      },
      true,
    );
  });
})();
