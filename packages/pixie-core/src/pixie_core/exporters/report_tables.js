"use strict";
// Tables: sorted by their headings, filtered by words, saved as CSV. Of a long one only the rows in sight are there.
(() => {
  const whole = 300; // rows up to which all of them are in the page
  const height = 29; // of a row of a longer one, as the style has it
  const margin = 30;
  const printed = 200;
  const dash = "–";

  const scientific = (value, places) => value.toExponential(places).replace("e+", "E").replace("e", "E");
  // The shortest digits that mean the number, as Python writes them.
  const shortest = (value) => {
    const size = Math.abs(value);
    return size && (size < 1e-4 || size >= 1e16) ? value.toExponential().replace(/([+-])(\d)$/, "$10$2") : String(value);
  };
  const writer = ({ format, precision, unit }) => {
    const digits = precision ?? undefined;
    const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    // As babel writes them: from the digits of a number, and halves to the even side.
    const intl = (options) => {
      const made = new Intl.NumberFormat("en-GB", { roundingMode: "halfEven", ...options });
      return (value) => made.format(String(value));
    };
    const suffix = unit ? (["%", "°", "‰"].includes(unit) ? unit : ` ${unit}`) : "";
    const decimal = intl(precision == null ? { maximumSignificantDigits: 12 } : fixed);
    const plain = (value) =>
      precision == null && value && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e15) ? scientific(value) : decimal(value);
    if (format === "currency") {
      const two = { minimumFractionDigits: precision ?? 2, maximumFractionDigits: precision ?? 2 };
      if (unit && /^[a-z]{3}$/i.test(unit)) return intl({ style: "currency", currency: unit.toUpperCase(), ...two });
      const money = intl(two);
      return (value) => money(value) + suffix;
    }
    if (format === "percent") return intl({ style: "percent", ...(precision == null ? { maximumFractionDigits: 2 } : fixed) });
    const write =
      {
        integer: intl({ maximumFractionDigits: 0 }),
        scientific: (value) => scientific(value, digits),
        compact: intl({ notation: "compact", maximumFractionDigits: precision ?? 1 }),
        plain: (value) => (precision == null ? shortest(value) : value.toFixed(precision)),
      }[format] ?? plain;
    return (value) => write(value) + suffix;
  };
  const cellText = (value, write) => {
    if (value === null) return dash;
    if (typeof value === "number") return write(value);
    if (typeof value === "boolean") return value ? "Yes" : "No";
    return typeof value === "string" ? value : JSON.stringify(value);
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), "en-GB", { numeric: true });
  };
  const csv = (columns, rows) => {
    const quoted = (value) => {
      const text = value === null ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
      return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    };
    const line = (cells) => `${cells.map(quoted).join(",")}\r\n`;
    return [line(columns.map(({ label }) => label)), ...rows.map(line)];
  };

  const start = (place) => {
    const { columns, rows, name, note } = report.data(place.dataset.rows);
    const table = place.querySelector("table");
    const body = table.tBodies[0];
    const scroller = place.querySelector(".scroller");
    const count = place.querySelector(".count");
    const paper = place.querySelector(".print-only");
    const writers = columns.map(writer);
    const long = rows.length > whole;
    let shown = rows;
    let texts;
    let sorted;
    let onPaper = false;
    let wide = "";

    const tr = (cells, index) => {
      const made = document.createElement("tr");
      if (long) made.setAttribute("aria-rowindex", index + 2);
      cells.forEach((value, n) => {
        const td = made.insertCell();
        td.dir = "auto";
        if (columns[n].type === "number") td.className = "n";
        if (columns[n].key === "level") td.dataset.level = value;
        td.textContent = cellText(value, writers[n]);
      });
      return made;
    };
    const pad = (size) => {
      const made = document.createElement("tr");
      made.className = "pad";
      made.ariaHidden = "true";
      const td = made.insertCell();
      td.colSpan = columns.length;
      td.style.height = `${size}px`;
      return made;
    };
    const render = () => {
      if (!long || onPaper) {
        body.replaceChildren(...shown.slice(0, onPaper ? printed : undefined).map(tr));
        return;
      }
      const first = Math.max(0, Math.floor(scroller.scrollTop / height) - margin);
      const last = Math.min(shown.length, first + Math.ceil(scroller.clientHeight / height) + 2 * margin);
      const rendered = shown.slice(first, last).map((cells, n) => tr(cells, first + n));
      body.replaceChildren(pad(first * height), ...rendered, pad((shown.length - last) * height));
    };
    const say = () => {
      const all = rows.length.toLocaleString("en-GB");
      if (count) count.textContent = shown.length === rows.length ? `${all} rows${note}` : `${shown.length.toLocaleString("en-GB")} of ${all} rows`;
      table.setAttribute("aria-rowcount", shown.length + 1);
    };
    const update = () => {
      const filter = place.querySelector("input")?.value.trim().toLowerCase() ?? "";
      texts ??= filter ? rows.map((cells) => cells.map((value, n) => cellText(value, writers[n])).join("\n").toLowerCase()) : undefined;
      shown = filter ? rows.filter((_, n) => texts[n].includes(filter)) : rows;
      if (sorted) {
        const { column, sign } = sorted;
        // What has no value stands at the end, whichever way round.
        shown = shown.toSorted((a, b) => (a[column] === null) - (b[column] === null) || sign * compare(a[column], b[column]));
      }
      scroller.scrollTop = 0;
      render();
      say();
    };

    columns.forEach(({ label }, n) => {
      const th = table.tHead.rows[0].cells[n];
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label || "\u00a0";
      if (!label) button.ariaLabel = `Column ${n + 1}`;
      button.addEventListener("click", () => {
        const down = sorted?.column === n && sorted.sign === 1;
        const off = sorted?.column === n && sorted.sign === -1;
        for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
        sorted = off ? undefined : { column: n, sign: down ? -1 : 1 };
        if (sorted) th.setAttribute("aria-sort", down ? "descending" : "ascending");
        update();
      });
      th.replaceChildren(button);
      th.dataset.label = label;
    });
    let waiting;
    place.querySelector("input")?.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(update, 120);
    });
    place.querySelector("[data-save]")?.addEventListener("click", () => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(csv(columns, shown), { type: "text/csv" }));
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    });
    if (long) {
      // Widths by the longest of some cells, so that nothing moves while it is scrolled; the widest text has what is left.
      table.classList.add("windowed");
      const some = rows.slice(0, 400);
      const group = document.createElement("colgroup");
      const widths = columns.map(({ label }, n) => {
        const most = some.reduce((most, cells) => Math.max(most, cellText(cells[n], writers[n]).length), label.length + 2);
        return Math.min(Math.max(most, 4), 60) + 4;
      });
      const texts = widths.map((width, n) => (columns[n].type === "number" ? 0 : width));
      const widest = texts.indexOf(Math.max(...texts));
      const stretched = texts[widest] > 0;
      widths.forEach((width, n) => {
        const own = n === widest && stretched ? "" : `width: ${width}ch`;
        group.append(Object.assign(document.createElement("col"), { style: own }));
      });
      const total = `${widths.reduce((sum, width) => sum + width, 0)}ch`;
      wide = stretched ? `max(100%, ${total})` : total;
      table.style.width = wide;
      table.prepend(group);
      let asked;
      scroller.addEventListener("scroll", () => {
        asked ??= requestAnimationFrame(() => {
          asked = undefined;
          render();
        });
      });
      render();
    }
    say();
    report.onRedraw((printing) => {
      if (onPaper === printing || !long) return;
      onPaper = printing;
      table.querySelector("colgroup").hidden = printing;
      table.style.width = printing ? "" : wide;
      if (paper) paper.textContent = `The first ${Math.min(printed, shown.length).toLocaleString("en-GB")} of ${shown.length.toLocaleString("en-GB")} rows.`;
      render();
    });
  };

  for (const place of document.querySelectorAll(".table[data-rows]")) {
    const fold = place.closest("details");
    if (fold && !fold.open) fold.addEventListener("toggle", () => start(place), { once: true });
    else start(place);
  }
})();
