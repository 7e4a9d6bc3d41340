// A run as it goes. The server renders what is there, with the number of its last event; from there on the events come one by
// one. Words are appended in place, all other outputs are drawn anew by the server, at a pace that costs little; the end
// brings the finished panel. An event that was seen is passed over, so that a new connection doubles nothing.

import { announce } from "./page.js";
import { duration } from "./clock.js";

const LOG_LINES = 2000;
const RETRY = 1000;
const LONGEST_RETRY = 15000;
const PATIENCE = 4000;
const SAID = { ok: "finished", error: "failed", cancelled: "was cancelled", interrupted: "was interrupted" };

let current;

export function followRun(root, enhance) {
  const panel = document.getElementById("panel");
  if (current && (!panel || current.panel !== panel)) {
    current.close();
    current = undefined;
  }
  if (panel && "live" in panel.dataset && !current) current = new Follower(panel, enhance);
}

class Follower {
  constructor(panel, enhance) {
    this.panel = panel;
    this.enhance = enhance;
    this.seq = Number(panel.dataset.seq);
    this.retry = RETRY;
    this.recent = undefined; // the outputs that came since a drawing was asked for, while one is under way
    // A browser has six connections to Pixie for all its tabs: one that nobody looks at keeps none, and catches up later.
    this.looking = () => (document.hidden ? this.rest() : this.source ?? this.connect());
    document.addEventListener("visibilitychange", this.looking);
    this.looking();
    refreshHistory(panel);
  }

  close() {
    this.closed = true;
    document.removeEventListener("visibilitychange", this.looking);
    this.rest();
    clearTimeout(this.drawing);
    clearTimeout(this.losing);
  }

  rest() {
    this.source?.close();
    this.source = undefined;
    clearTimeout(this.again);
  }

  connect() {
    this.source = new EventSource(`${this.panel.dataset.events}?after=${this.seq}`);
    this.source.addEventListener("open", () => {
      this.retry = RETRY;
      this.lost(false);
    });
    for (const kind of Object.keys(HANDLERS)) {
      this.source.addEventListener(kind, (message) => this.take(JSON.parse(message.data)));
    }
    this.source.addEventListener("error", () => {
      this.lost(true);
      // The browser tries again by itself, unless the server refused; then we do.
      if (this.source?.readyState !== EventSource.CLOSED || this.closed) return;
      this.again = setTimeout(() => this.connect(), this.retry);
      this.retry = Math.min(2 * this.retry, LONGEST_RETRY);
    });
  }

  take(record) {
    if (this.closed || record.seq <= this.seq) return;
    this.seq = record.seq;
    HANDLERS[record.kind](this, record);
  }

  part(name) {
    return this.panel.querySelector(`[data-part="${name}"]`);
  }

  /** Says that the connection is lost, once it has been for a moment: a new one mostly stands at once. */
  lost(is) {
    const notice = this.part("lost");
    if (!is) {
      clearTimeout(this.losing);
      this.losing = undefined;
      notice.hidden = true;
    } else {
      this.losing ??= setTimeout(() => (notice.hidden = false), PATIENCE);
    }
  }

  output(key) {
    return [...this.panel.querySelectorAll(".output")].find((each) => each.dataset.key === key);
  }

  /** Puts an increment where its output stands; false when that takes the server. */
  append(record) {
    const place = this.output(record.output_key)?.querySelector("[data-append]");
    if (!place) return false;
    const scroller = place.closest("[tabindex]") ?? place;
    const follows = atEnd(scroller);
    if (place.dataset.append === "text" && typeof record.value === "string") {
      if (record.whole) place.textContent = record.value;
      else place.append(record.value);
    } else if (place.dataset.append === "lines" && Array.isArray(record.value?.lines)) {
      if (record.whole) place.replaceChildren();
      place.append(...record.value.lines.map(line));
      while (place.childElementCount > LOG_LINES) place.firstElementChild.remove();
    } else {
      return false;
    }
    if (follows) scroller.scrollTop = scroller.scrollHeight;
    return true;
  }

  /** Asks the server for the panel as it is now, soon, and never more often than it can be drawn comfortably. */
  redraw() {
    this.drawing ??= setTimeout(async () => {
      const began = performance.now();
      this.recent = [];
      let fresh;
      try {
        fresh = await fetchPanel(this.panel.dataset.fragment);
      } catch {
        fresh = null; // lost for now: the next output asks again, and the end brings everything
      }
      if (this.closed) return;
      if (fresh) this.update(fresh);
      this.recent = undefined;
      setTimeout(() => {
        this.drawing = undefined;
        if (this.stale) this.redraw();
        this.stale = false;
      }, Math.max(300, 3 * (performance.now() - began)));
    }, 0);
  }

  update(fresh) {
    if (!("live" in fresh.dataset)) return; // it has ended meanwhile: that event is on its way
    const seq = Number(fresh.dataset.seq);
    for (const block of fresh.querySelectorAll(".output")) {
      const old = this.output(block.dataset.key);
      if (!old) {
        adopt(this.part("outputs"), fresh.querySelector('[data-part="outputs"]'));
        break;
      }
      const [was, is] = [old, block].map((each) => each.querySelector(".value"));
      if (content(was) !== content(is)) adopt(was, is);
    }
    // What came while the server drew isn't in its drawing.
    for (const record of this.recent) {
      if (record.seq > seq) this.append(record);
    }
    this.enhance(this.part("outputs"));
  }

  async finish(record) {
    this.source.close();
    let fresh;
    for (let wait = 200; !fresh; wait = Math.min(2 * wait, LONGEST_RETRY)) {
      if (this.closed) return;
      try {
        fresh = await fetchPanel(this.panel.dataset.fragment);
      } catch {
        this.lost(true);
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
    if (this.closed) return;
    this.close();
    const open = this.panel.contains(document.activeElement);
    adopt(this.panel, fresh, true);
    current = undefined;
    if (open) fresh.querySelector(".run-actions :is(a, button)")?.focus();
    window.htmx.process(fresh);
    this.enhance(fresh);
    refreshHistory(fresh);
    const took = record.duration_ms === undefined ? "" : ` after ${duration(record.duration_ms)}`;
    announce(`The run ${SAID[record.status]}${took}.`);
  }
}

const HANDLERS = {
  queued(follower, { position }) {
    follower.part("state").textContent = position === 1 ? "Next in line" : `Waiting, number ${position} in line`;
  },
  started(follower, { at }) {
    const state = follower.part("state");
    state.textContent = "Running";
    state.parentElement.dataset.status = "running";
    follower.part("elapsed").dataset.since = at;
  },
  progress(follower, { value, message }) {
    const bar = follower.part("progress");
    if (typeof value === "number") bar.value = value;
    else bar.removeAttribute("value");
    if (message !== undefined) follower.part("message").textContent = message ?? "";
  },
  output(follower, record) {
    follower.recent?.push(record);
    if (follower.append(record)) return;
    if (follower.drawing) follower.stale = true;
    else follower.redraw();
  },
  artefact() {}, // files are listed when the run has ended
  log(follower, { text }) {
    const log = follower.part("log");
    follower.part("log-fold").hidden = false;
    const follows = atEnd(log);
    log.append(shown(text.endsWith("\n") ? text : `${text}\n`));
    while (log.childNodes.length > LOG_LINES) log.firstChild.remove();
    if (follows) log.scrollTop = log.scrollHeight;
  },
  finished(follower, record) {
    follower.finish(record);
  },
};

async function fetchPanel(url) {
  const answer = await fetch(url, { headers: { Accept: "text/html", "HX-Request": "true" } });
  if (!answer.ok) throw new Error(`Pixie answered ${answer.status}.`);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return document.adoptNode(page.getElementById("panel"));
}

/** What a value on the page says: of a chart its data, since its place is drawn into. */
function content(value) {
  return (value.querySelector('script[type="application/json"]') ?? value).innerHTML;
}

/** Puts `fresh` in the place of `old`, or what it holds into it. Charts that are drawn stay, and get the new data. */
function adopt(old, fresh, whole = false) {
  for (const place of fresh.querySelectorAll(".chart")) {
    const drawn = [...old.querySelectorAll(".chart[data-drawn]")].find((each) => each.dataset.figure === place.dataset.figure);
    if (drawn) place.replaceWith(drawn);
  }
  if (whole) old.replaceWith(fresh);
  else old.replaceChildren(...fresh.childNodes);
}

function line({ t, level = "info", message }) {
  const item = document.createElement("li");
  item.dataset.level = level;
  for (const [tag, words] of [["time", t], ["b", level], ["span", message]]) {
    if (!words) continue;
    const element = document.createElement(tag);
    element.textContent = shown(words);
    item.append(element, " ");
  }
  return item;
}

/** Control characters as their pictures, as the server shows them. */
function shown(text) {
  return text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f]/g, (found) => String.fromCharCode(0x2400 + found.charCodeAt(0)));
}

function atEnd(element) {
  return element.scrollHeight - element.scrollTop - element.clientHeight < 24;
}

function refreshHistory(panel) {
  if (document.getElementById("history")) {
    window.htmx.ajax("GET", `/tool/${encodeURIComponent(panel.dataset.tool)}/runs`, { target: "#history", swap: "outerHTML" });
  }
}
