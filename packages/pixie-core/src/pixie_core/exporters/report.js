"use strict";
// What every report has: the theme, and what is to be done before it is printed. Charts, maps and tables ask here.
const report = (() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const redraws = [];
  let printing = false;

  const theme = () => {
    return root.dataset.theme ?? (dark.matches ? "dark" : "light");
  };
  const redraw = () => redraws.forEach((each) => each(printing));

  const button = document.getElementById("theme");
  const name = () => {
    const other = theme() === "dark" ? "light" : "dark";
    button.textContent = other === "dark" ? "Dark" : "Light";
    button.setAttribute("aria-label", `Show on ${other} ground`);
  };
  button.addEventListener("click", () => {
    root.dataset.theme = theme() === "dark" ? "light" : "dark";
    name();
    redraw();
  });
  dark.addEventListener("change", () => {
    name();
    redraw();
  });
  name();

  const opened = [];
  let before;
  const turn = (to) => {
    if (printing === to) return;
    printing = to;
    // Paper is light, and what is asked for its colours is asked before the page is laid out for it.
    if (to) {
      before = root.dataset.theme;
      root.dataset.theme = "light";
    } else if (before) {
      root.dataset.theme = before;
    } else {
      delete root.dataset.theme;
    }
    if (to) opened.push(...document.querySelectorAll("details[data-print]:not([open])"));
    for (const each of to ? opened : opened.splice(0)) each.open = to;
    redraw();
  };
  addEventListener("beforeprint", () => turn(true));
  addEventListener("afterprint", () => turn(false));

  /** The JSON that stands in the element with this id. */
  const data = (id) => JSON.parse(document.getElementById(id).textContent);

  /** Call `draw` for each element once it is about to be seen, and for all of them before printing. */
  const whenSeen = (places, draw) => {
    const waiting = new Set(places);
    const seen = (place) => {
      if (!waiting.delete(place)) return;
      watcher.unobserve(place);
      draw(place);
    };
    const watcher = new IntersectionObserver(
      (entries) => entries.filter((each) => each.isIntersecting).forEach((each) => seen(each.target)),
      { rootMargin: "600px" },
    );
    for (const place of places) watcher.observe(place);
    redraws.push((now) => now && [...waiting].forEach(seen));
  };

  return { theme, data, whenSeen, onRedraw: (each) => redraws.push(each) };
})();
