// The library: a list that follows what is typed and chosen, goes on by itself, and lets many files be changed at once. The
// address always says what is shown; every form and link here works without this file too.

import { announce, notify, post } from "./page.js";

const PAUSE = 200;

const filters = document.getElementById("filters");
const selection = document.getElementById("selection");
const preview = document.getElementById("preview");
const results = () => document.getElementById("results");
const cards = () => [...results().querySelectorAll(".card")];
const card = (id) => results()?.querySelector(`.card[data-id="${CSS.escape(id)}"]`);
const picks = () => [...results().querySelectorAll(".pick")];
const picked = () => picks().filter((each) => each.checked);

// What is shown

let asking = new AbortController();

/** The list at an address, or null when another was asked for meanwhile. */
async function fetchResults(address) {
  asking.abort();
  asking = new AbortController();
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html", "HX-Request": "true" }, signal: asking.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.ok) return document.adoptNode(page.getElementById("results"));
    throw new Error(page.querySelector(".detail")?.textContent ?? `Pixie answered ${answer.status}.`);
  } catch (error) {
    if (error.name === "AbortError") return null;
    throw error.name === "TypeError" ? new Error("Pixie can’t be reached. Is it still running?") : error;
  }
}

async function show(address) {
  results().setAttribute("aria-busy", "true");
  try {
    const fresh = await fetchResults(address);
    if (!fresh) return;
    results().replaceWith(fresh);
  } catch (error) {
    results().removeAttribute("aria-busy");
    notify(error.message);
    return;
  }
  counted();
  watchEnd();
  const { count, more } = results().dataset;
  announce(count === "0" ? "No file is like that" : `${count} ${count === "1" ? "file" : "files"}${more === "true" ? ", and more" : ""}`);
}

/** The address that the filters say, without those that are empty. */
function chosen() {
  const given = [...new FormData(filters)].filter(([, value]) => value !== "");
  return given.length ? `/library?${new URLSearchParams(given)}` : "/library";
}

function follow(push) {
  const address = chosen();
  if (push) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
  addressed();
  show(address);
}

/** What else on the page depends on the address. */
function addressed() {
  const asked = new URLSearchParams(location.search);
  asked.delete("deleted");
  filters.querySelector(".clear").hidden = asked.size === 0;
  selection.setAttribute("action", `/library/selection${location.search}`);
}

if (filters) {
  let pause = 0;
  filters.addEventListener("input", (event) => {
    if (!event.target.matches('[type="search"], [list]')) return;
    clearTimeout(pause);
    pause = setTimeout(follow, PAUSE, false);
  });
  filters.addEventListener("change", (event) => {
    if (event.target.matches('[type="search"]')) return; // it was followed while it was typed
    clearTimeout(pause);
    follow(true);
  });
  filters.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(pause);
    follow(true);
  });
  addEventListener("popstate", () => {
    const asked = new URLSearchParams(location.search);
    for (const each of filters.querySelectorAll("input:not([type=hidden]), select")) {
      if (each.type === "checkbox") each.checked = asked.get(each.name) === each.value;
      else each.value = asked.get(each.name) ?? "";
    }
    addressed();
    show(location.pathname + location.search);
  });
}

// The end of the list brings the next files before it is reached, or when its link is followed.

const nearEnd = new IntersectionObserver(
  (entries) => {
    for (const each of entries) if (each.isIntersecting) goOn(each.target);
  },
  { rootMargin: "800px" },
);

function watchEnd() {
  nearEnd.disconnect();
  const link = results().querySelector(".next-page a");
  if (link) nearEnd.observe(link);
}

let going = false;

async function goOn(link) {
  if (going || results().hasAttribute("aria-busy")) return; // another list is on its way
  going = true;
  nearEnd.unobserve(link);
  const focused = document.activeElement === link;
  try {
    const fresh = await fetchResults(link.href);
    if (!fresh || !link.isConnected) return;
    const added = [...fresh.querySelectorAll(".card")];
    results().querySelector(".gallery").append(...added);
    const following = fresh.querySelector(".next-page");
    if (following) link.parentElement.replaceWith(following);
    else link.parentElement.remove();
    if (focused) added[0]?.querySelector("a").focus({ preventScroll: true });
    announce(`${cards().length} files`);
    watchEnd();
  } catch (error) {
    notify(error.message);
  } finally {
    going = false;
  }
}

// What is ticked

let last;

function counted() {
  const count = picked().length;
  selection.querySelector('[data-part="selected"]').textContent = `${count} selected`;
}

document.addEventListener("click", (event) => {
  const pick = event.target.closest?.(".pick");
  if (pick) {
    const all = picks();
    const [from, to] = [all.indexOf(last), all.indexOf(pick)].sort((one, other) => one - other);
    if (event.shiftKey && from >= 0) for (const each of all.slice(from, to + 1)) each.checked = pick.checked;
    last = pick;
    counted();
    return;
  }
  const every = event.target.closest?.("[data-pick]");
  if (every) {
    for (const each of picks()) each.checked = every.dataset.pick === "all";
    counted();
    if (every.dataset.pick === "none") document.getElementById("library-heading").focus();
    return;
  }
  const next = event.target.closest?.(".next-page a");
  if (next && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    goOn(next);
  }
});

// Enter in a field means the button beside it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.(".asking input")) return;
  event.preventDefault();
  event.target.closest(".asking").querySelector("button").click();
});

// What is done with them

const BODIES = {
  star: () => ({ starred: true }),
  unstar: () => ({ starred: false }),
  label: (said) => ({ label: said.get("label") }),
  tag: (said) => ({ add_tags: [said.get("tag")] }),
  untag: (said) => ({ remove_tags: [said.get("tag")] }),
  delete: () => ({ deleted: true }),
  restore: () => ({ deleted: false }),
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const action = event.submitter?.value;
  // The page of one file is made anew by the form itself, and a zip is a download like any.
  if (!filters || !form.hasAttribute("data-change") || !(action in BODIES)) return;
  event.preventDefault();
  const said = new FormData(form);
  const ids = said.getAll("ids").map(Number);
  if (ids.length === 0) return notify("No file is selected.");
  event.submitter.closest("[popover]")?.hidePopover();
  try {
    await change(action, ids, BODIES[action](said));
  } catch (error) {
    notify(error.message);
  }
});

async function change(action, ids, body) {
  const { changed, refused } = await post("/api/artefacts", { ids, ...body }, "PATCH");
  const files = changed.length === 1 ? "1 file" : `${changed.length} files`;
  if (action === "delete" || action === "restore") {
    if (preview.open) preview.close();
    for (const id of changed) card(id)?.remove();
    document.getElementById("library-heading").focus();
    if (cards().length === 0) await show(location.pathname + location.search);
  } else {
    for (const id of changed) mark(card(id), body);
    if (preview.open) await load(preview.dataset.id);
  }
  counted();
  const kept = refused.length ? ` ${refused[0].detail}${refused.length > 1 ? ` ${refused.length - 1} more stayed as well.` : ""}` : "";
  if (action === "delete" && changed.length) {
    notify(`${files} deleted.${kept}`, { label: "Undo", act: () => undo(changed), tone: kept ? "bad" : "plain" });
  } else if (kept) {
    notify(`${files} changed.${kept}`);
  } else {
    announce(action === "restore" ? `${files} restored` : `${files} changed`);
  }
}

async function undo(ids) {
  await post("/api/artefacts", { ids, deleted: false }, "PATCH");
  await show(location.pathname + location.search);
  announce(ids.length === 1 ? "1 file restored" : `${ids.length} files restored`);
}

/** What a card says of its file, as the server would draw it. */
function mark(place, { starred, label, add_tags, remove_tags }) {
  if (!place) return;
  if (starred !== undefined) place.querySelector(".starred").hidden = !starred;
  if (label !== undefined) {
    const words = place.querySelector(".card-label");
    words.textContent = label.trim();
    words.hidden = words.textContent === "";
  }
  const tags = place.querySelector(".card-tags");
  for (const gone of remove_tags ?? []) {
    for (const each of [...tags.children]) if (each.textContent === gone.trim()) each.remove();
  }
  for (const added of (add_tags ?? []).map((each) => each.trim())) {
    if (!added || [...tags.children].some((each) => each.textContent === added)) continue;
    const tag = document.createElement("a");
    tag.className = "tag";
    tag.href = `/library?tag=${encodeURIComponent(added)}`;
    tag.textContent = added;
    tags.append(tag);
  }
}

// The preview: one file in front of the list, and those before and after it.

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a.card-link[href]");
  if (!link || !preview || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  look(link.closest(".card").dataset.id);
});

async function look(id) {
  try {
    await load(id);
  } catch (error) {
    notify(error.message);
    return;
  }
  if (!preview.open) preview.showModal();
  document.getElementById("artefact-heading")?.focus();
  const all = cards();
  const at = all.indexOf(card(id));
  for (const button of preview.querySelectorAll("[data-step]")) button.disabled = !all[at + Number(button.dataset.step)];
  if (at >= all.length - 3) results().querySelector(".next-page a")?.click();
}

async function load(id) {
  preview.dataset.id = id;
  await window.htmx.ajax("GET", `/library/${id}`, { target: "#preview-body", swap: "innerHTML" });
  if (!document.getElementById("artefact")) throw new Error("This file can’t be shown: it may have been deleted.");
}

function step(by) {
  const all = cards();
  const next = all[all.indexOf(card(preview.dataset.id)) + by];
  if (next) look(next.dataset.id);
}

if (preview) {
  preview.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step], [data-close]");
    if (event.target === preview || button?.hasAttribute("data-close")) preview.close();
    else if (button) step(Number(button.dataset.step));
  });
  preview.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, textarea, audio, video, pre, [tabindex='0']")) return;
    if (event.key === "ArrowLeft") step(-1);
    if (event.key === "ArrowRight") step(1);
  });
  preview.addEventListener("close", () => {
    document.getElementById("preview-body").replaceChildren();
    card(preview.dataset.id)?.querySelector("a")?.focus();
  });
  counted();
  watchEnd();
}
