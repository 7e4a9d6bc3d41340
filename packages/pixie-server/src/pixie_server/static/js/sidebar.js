// Finding a tool by typing: "/" goes to the field, Enter opens the first that is left. The list is fetched anew when
// tools come, go or change; what was typed, and which categories were closed, stays.

const field = document.getElementById("tool-search");

function filter() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let left = 0;
  for (const category of document.querySelectorAll(".category")) {
    let here = 0;
    for (const item of category.querySelectorAll("li")) {
      item.hidden = !words.every((word) => item.dataset.search.includes(word));
      here += item.hidden ? 0 : 1;
    }
    category.hidden = here === 0;
    if (words.length) category.open = true;
    left += here;
  }
  document.getElementById("tool-search-none").hidden = left > 0 || words.length === 0;
}

field.addEventListener("input", filter);
field.addEventListener("keydown", (event) => {
  if (event.key === "Enter") document.querySelector(".category:not([hidden]) li:not([hidden]) a")?.click();
  if (event.key === "Escape" && field.value) {
    field.value = "";
    filter();
  }
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, select, textarea, [contenteditable]");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const sidebar = document.getElementById("sidebar");
  if (getComputedStyle(sidebar).display === "none") sidebar.showPopover();
  field.focus();
});

const EVERY_MS = 5000;

async function renew() {
  const list = document.getElementById("sidebar-tools");
  const query = new URLSearchParams({ version: list.dataset.version, here: list.dataset.here ?? "" });
  const answer = await fetch(`/tools-changed?${query}`);
  if (answer.status !== 200) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("sidebar-tools");
  const closed = new Set([...list.querySelectorAll(".category:not([open])")].map(nameOf));
  const focused = list.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  list.replaceWith(fresh);
  for (const category of fresh.querySelectorAll(".category")) category.open = !closed.has(nameOf(category));
  if (focused) [...fresh.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  filter();
}

function nameOf(category) {
  return category.querySelector("summary").textContent;
}

setInterval(() => {
  // While the server is away there is nothing to show; the next time it may be back.
  if (!document.hidden) renew().catch(() => {});
}, EVERY_MS);
