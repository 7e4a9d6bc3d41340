// The menu of an output or a file: what is copied goes onto the clipboard of the browser, what is sent into one of the folders
// that the settings name, and what is downloaded is made in the background first, so that how far it is can be seen, and it can
// be called off. What came of it is said in the menu, where it is read out.

import { post } from "./page.js";

const MOST = 2 ** 20; // bytes of a text that are copied
const LOOK = 200; // milliseconds between looks at a download that is being made

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy], [data-send]");
  if (!button) return;
  const menu = button.closest(".menu");
  say(menu, button.dataset.copy === undefined ? "Sending" : "Copying");
  try {
    say(menu, await (button.dataset.copy === undefined ? send(button) : copy(button)));
  } catch (error) {
    say(menu, error.message, "bad");
  }
});

// Without scripts, and with a key that asks the browser for something else, the link is a link.
document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-make]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const menu = link.closest(".menu");
  if (!menu.querySelector(".menu-work").hidden) return say(menu, "One at a time: wait for this one, or cancel it.");
  try {
    await download(link, menu);
  } catch (error) {
    say(menu, error.message, "bad");
  }
});

async function download(link, menu) {
  const work = menu.querySelector(".menu-work");
  const [bar, stop] = [work.querySelector("progress"), work.querySelector("[data-stop]")];
  const format = link.dataset.make;
  say(menu, `Making ${format}`);
  let job = await post("/api/export-jobs", { ...thingOf(link), format });
  const address = `/api/export-jobs/${job.id}`;
  let called = false;
  stop.onclick = () => {
    called = true;
    post(address, undefined, "DELETE").catch(() => {}); // it may have ended by itself
  };
  try {
    while (job.status === "running" && !called) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
      if (!called) job = await post(address, undefined, "GET");
      if (job.progress === null) bar.removeAttribute("value");
      else bar.value = job.progress;
      const began = work.hidden && job.status === "running";
      work.hidden = job.status !== "running";
      if (began) work.scrollIntoView({ block: "nearest" });
    }
  } catch (error) {
    if (!called) throw error; // it is gone because it was cancelled
  } finally {
    if (document.activeElement === stop) link.focus();
    work.hidden = true;
  }
  if (called) return say(menu, "Cancelled");
  if (job.error) throw new Error(job.error.detail);
  Object.assign(document.createElement("a"), { href: job.content, download: job.filename }).click();
  say(menu, `Downloaded: ${job.filename}`);
}

function thingOf(element) {
  return JSON.parse(element.closest(".menu").dataset.thing);
}

function say(menu, words, tone) {
  const place = menu.querySelector(".menu-said");
  if (tone) place.dataset.tone = tone;
  else delete place.dataset.tone;
  place.textContent = words;
}

async function copy(button) {
  const picture = button.dataset.kind === "picture";
  const type = picture ? "image/png" : "text/plain";
  if (!navigator.clipboard?.write || !window.ClipboardItem) {
    throw new Error("This browser lets no page copy here. Download it in place of that.");
  }
  // The clipboard is asked for at once, while the click counts; what goes there may take a moment.
  const coming = fetched(button.dataset.copy, picture);
  coming.catch(() => {}); // it is thrown below, unless the browser refuses first
  try {
    await navigator.clipboard.write([new ClipboardItem({ [type]: coming.then((bytes) => new Blob([bytes], { type })) })]);
  } catch (error) {
    await coming;
    if (error.name !== "NotAllowedError") throw error;
    throw new Error("The browser doesn’t allow this page to copy. Allow it beside the address, or download it.");
  }
  return picture ? "Copied as a picture" : `Copied as ${button.textContent}`;
}

async function fetched(address, picture) {
  let answer;
  try {
    answer = await fetch(address);
  } catch {
    throw new Error("Pixie can’t be reached. Is it still running?");
  }
  if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).detail ?? `Pixie answered ${answer.status}.`);
  const size = Number(answer.headers.get("Content-Length"));
  if (!picture && size > MOST) {
    answer.body?.cancel();
    throw new Error(`This has ${(size / 1e6).toFixed(1)} MB, and at most 1 MB is copied. Download it in place of that.`);
  }
  return answer.arrayBuffer();
}

async function send(button) {
  const format = button.closest("section").querySelector("select")?.value || button.dataset.else;
  const body = { target: button.dataset.send, ...thingOf(button), ...(format && { format }) };
  const { path } = await post("/api/exports/send", body);
  return `Sent: ${path}`;
}
