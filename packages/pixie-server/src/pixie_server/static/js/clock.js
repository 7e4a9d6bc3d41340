// Times that go on: how long a run has taken so far, and how long ago something was.

const SECOND = 1000;

/** As `words.duration` on the server says it, without fractions. */
export function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / SECOND));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
}

/** As `words.ago` on the server says it, for the first hours; older times stand as they came. */
function ago(milliseconds) {
  const seconds = milliseconds / SECOND;
  if (seconds < 45) return "just now";
  if (seconds < 3570) return `${Math.max(1, Math.round(seconds / 60))} min ago`;
  return seconds < 6 * 3600 ? `${Math.round(seconds / 3600)} h ago` : null;
}

function write(element, words) {
  if (words !== null && element.textContent !== words) element.textContent = words;
}

export function tick() {
  const now = Date.now();
  for (const element of document.querySelectorAll("[data-since]")) {
    const since = Date.parse(element.dataset.since);
    if (!Number.isNaN(since)) write(element, duration(now - since));
  }
  for (const element of document.querySelectorAll("time[datetime][title]")) {
    const then = Date.parse(element.dateTime);
    if (!Number.isNaN(then)) write(element, ago(now - then));
  }
}

setInterval(tick, SECOND);
