"use strict";
// Formulas: KaTeX sets them; what it can't set, or is too long, stays the source that it was.
for (const place of document.querySelectorAll(".formula, [data-formula]")) {
  const within = place.dataset.formula;
  const dollars = within === undefined ? 0 : within === "display" ? 2 : 1;
  const text = place.textContent;
  const source = text.slice(dollars, text.length - dollars);
  if (source.length > 10_000) continue;
  const set = document.createElement(within === undefined ? "div" : "span");
  const how = { displayMode: within !== "inline", trust: false, strict: "ignore", maxExpand: 1000, maxSize: 20 };
  try {
    katex.render(source, set, how);
  } catch (error) {
    place.title = error.message;
    continue;
  }
  place.replaceChildren(set);
  place.dataset.set = "";
}
