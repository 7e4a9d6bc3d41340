// The form of a tool: Ctrl+Enter, sliders beside their numbers, inputs that depend on others, files that are too large, and the
// server's messages at their fields. Inputs may be called anything ("id", "action", "elements"): nothing here reads a property
// of the form itself, which an input of that name would hide.

import { all, announce } from "./page.js";

const form = () => document.getElementById("run-form");
const submit = (element) => HTMLFormElement.prototype.requestSubmit.call(element);

export function prepareForm(root) {
  for (const track of all(root, 'input[type="range"][data-for]')) link(track);
  for (const field of all(root, "[data-show-if]")) depend(field);
  for (const input of all(root, 'input[type="file"][data-max-bytes]')) measure(input);
  for (const input of all(root, "input[data-suggest]")) suggest(input);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form()) {
    event.preventDefault();
    submit(form());
    return;
  }
  const step = Number(event.target.dataset?.step);
  if (step && event.target.type === "number" && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
    event.preventDefault();
    nudge(event.target, event.key === "ArrowUp" ? step : -step);
  }
});

// The browser takes step="any", since tools' own defaults lie off the grid; the arrow keys go by the declared step.
function nudge(input, by) {
  const from = Number(input.value || input.min || 0);
  const least = input.min === "" ? -Infinity : Number(input.min);
  const most = input.max === "" ? Infinity : Number(input.max);
  input.value = String(Number(Math.min(most, Math.max(least, from + by)).toPrecision(12)));
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// Suggestions of the tool: asked for when typing pauses; an answer that was overtaken is dropped.
function suggest(input) {
  const places = document.getElementById(input.getAttribute("list"));
  const address = form().getAttribute("action").replace(/\/run$/, "") + input.dataset.suggest;
  let pause = 0;
  let asking = new AbortController();
  const ask = async () => {
    asking.abort();
    asking = new AbortController();
    const answer = await fetch(`${address}?q=${encodeURIComponent(input.value)}`, { signal: asking.signal }).catch(() => null);
    if (!answer?.ok) return;
    const options = (await answer.json()).map(({ value, label }) => {
      const option = document.createElement("option");
      option.value = value;
      option.label = label;
      return option;
    });
    places.replaceChildren(...options);
  };
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(ask, 250);
  });
  input.addEventListener("focus", ask, { once: true });
}

function link(track) {
  const number = document.getElementById(track.dataset.for);
  const ends = [...track.parentElement.children];
  const paint = () => {
    const share = (end) => (100 * (end.value - end.min)) / (end.max - end.min || 1);
    track.parentElement.style.setProperty("--low", ends.length > 1 ? share(ends[0]) : 0);
    track.parentElement.style.setProperty("--high", share(ends.at(-1)));
  };
  track.addEventListener("input", () => {
    if (ends.length === 2 && Number(ends[0].value) > Number(ends[1].value)) {
      track.value = track === ends[0] ? ends[1].value : ends[0].value;
    }
    number.value = track.value;
    number.dispatchEvent(new Event("change", { bubbles: true }));
    paint();
  });
  number.addEventListener("input", () => {
    if (number.value !== "") track.value = number.value;
    paint();
  });
  paint();
}

function depend(field) {
  const { input, equals } = JSON.parse(field.dataset.showIf);
  const other = document.getElementById(input);
  const around = other.closest(".field");
  const update = () => {
    const chosen = other.type === "radio" ? around.querySelector("input:checked") : other;
    const value = other.type === "checkbox" ? other.checked : chosen?.value;
    const met = !other.disabled && (typeof equals === "boolean" ? value === equals : value === asText(equals));
    field.hidden = !met;
    // What isn't shown isn't sent, and isn't asked for.
    for (const each of field.querySelectorAll("input, select, textarea")) {
      if (each.disabled === met) {
        each.disabled = !met;
        each.dispatchEvent(new Event("change", { bubbles: true }));
      }
    }
  };
  around.addEventListener("input", update);
  around.addEventListener("change", update);
  update();
}

const asText = (value) => (typeof value === "string" ? value : JSON.stringify(value));

function measure(input) {
  const most = Number(input.dataset.maxBytes);
  input.addEventListener("change", () => {
    const large = [...input.files].find((file) => file.size > most);
    input.setCustomValidity(large ? `${large.name} is larger than ${most / 1e6} MB.` : "");
    if (large) input.reportValidity();
  });
}

// A field that was wrong stops saying so when it is changed.
document.addEventListener("input", (event) => {
  if (event.target.getAttribute("aria-invalid") !== "true") return;
  event.target.removeAttribute("aria-invalid");
  const problem = document.getElementById(`${event.target.id.replace(/-high$/, "")}-problem`);
  if (problem) problem.textContent = "";
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target !== form()) return;
  for (const problem of event.target.querySelectorAll(".problem, .form-problems")) problem.replaceChildren();
  for (const input of event.target.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
  announce("Starting the run");
});

// After 422 the messages are in place: mark their fields and go to the first.
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.target !== form() || event.detail.xhr?.status !== 422) return;
  const wrong = [...document.querySelectorAll("#run-form .problem:not(:empty)")].map((problem) =>
    document.getElementById(problem.id.replace(/-problem$/, "")),
  );
  for (const input of wrong) input.setAttribute("aria-invalid", "true");
  (wrong[0] ?? document.getElementById("form-problems")).focus();
});

document.addEventListener("htmx:sendError", () => {
  const summary = document.getElementById("form-problems");
  if (summary) summary.textContent = "Pixie can’t be reached. Is it still running?";
});

// The panel of a new run comes into view where it isn't: below the form on a narrow screen, above it after scrolling.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.requestConfig?.elt !== form()) return;
  const { top } = document.getElementById("panel").getBoundingClientRect();
  if (top >= 0 && top < innerHeight - 160) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.getElementById("panel").scrollIntoView({ behavior: still ? "instant" : "smooth" });
});
