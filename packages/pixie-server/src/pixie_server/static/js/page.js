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

/** Shows what went wrong, until it is closed; or what was done, with a way to take it back. */
export function notify(words, { label, act, tone = "bad" } = {}) {
  const notice = document.createElement("div");
  const text = document.createElement("span");
  const close = document.createElement("button");
  text.textContent = words;
  notice.dataset.tone = tone;
  close.type = "button";
  close.className = "quiet-button";
  close.textContent = "Close";
  close.addEventListener("click", () => notice.remove());
  notice.append(text);
  if (act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button";
    button.textContent = label;
    button.addEventListener("click", async () => {
      notice.remove();
      await act().catch((error) => notify(error.message));
    });
    notice.append(button);
  }
  notice.append(close);
  document.getElementById("notices").replaceChildren(notice);
}

/** Sends JSON to Pixie's API and gives the answer; throws an Error with the server's own words. */
export async function post(url, body, method = "POST") {
  const options = { method, headers: { Accept: "application/json" } };
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
