// Finding a tool by typing: "/" goes to the field, Enter opens the first that is left.

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
