"use strict";
// Formulas: KaTeX sets them; what it can't set, or is too long, stays the source that it was.
for (const place of document.querySelectorAll(".formula")) {
  const source = place.textContent;
  if (source.length > 10_000) continue;
  const set = document.createElement("div");
  try {
    katex.render(source, set, { displayMode: true, trust: false, strict: "ignore", maxExpand: 1000, maxSize: 20 });
  } catch (error) {
    place.title = error.message;
    continue;
  }
  place.replaceChildren(set);
  place.dataset.set = "";
}
