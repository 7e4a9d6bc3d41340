// The few things that several modules say to the page.

/** All elements in `root`, and `root` itself, that a selector names. */
export function all(root, selector) {
  const found = [...root.querySelectorAll(selector)];
  return root.matches(selector) ? [root, ...found] : found;
}

/** Says a change of state to those who can't see it. */
export function announce(words) {
  document.getElementById("announcer").textContent = words;
}

/** Shows what went wrong, until it is closed. */
export function notify(words) {
  const notice = document.createElement("div");
  const text = document.createElement("span");
  const close = document.createElement("button");
  text.textContent = words;
  close.type = "button";
  close.className = "quiet-button";
  close.textContent = "Close";
  close.addEventListener("click", () => notice.remove());
  notice.append(text, close);
  document.getElementById("notices").replaceChildren(notice);
}

/** POSTs JSON to Pixie's API and gives the answer; throws an Error with the server's own words. */
export async function post(url, body) {
  const options = { method: "POST", headers: { Accept: "application/json" } };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(url, options);
  } catch {
    throw new Error("Pixie can’t be reached. Is it still running?");
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.detail ?? `Pixie answered ${answer.status}.`);
  return said;
}
