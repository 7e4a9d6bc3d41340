"use strict";
// Two pictures to be compared: one over the other, and a slider that says how much of each is seen. Without scripts, on
// paper, and where the pictures don't have the same shape, they stand side by side.
for (const place of document.querySelectorAll("[data-compare]")) {
  const [before, after] = place.querySelectorAll("img");
  const build = () => {
    const shape = (picture) => picture.naturalWidth / picture.naturalHeight;
    if (Math.abs(shape(before) / shape(after) - 1) > 0.01) return;
    const slider = document.createElement("input");
    slider.type = "range";
    slider.className = "slider";
    slider.step = "any";
    slider.value = "50";
    const [first, second] = [before, after].map((picture) => picture.alt);
    slider.setAttribute("aria-label", `${first} to the left, ${second} to the right`);
    const turn = () => {
      place.style.setProperty("--at", `${slider.value}%`);
      slider.setAttribute("aria-valuetext", `${Math.round(slider.value)} % ${first}`);
    };
    slider.addEventListener("input", turn);
    const aside = document.createElement("button");
    aside.type = "button";
    aside.className = "button";
    const name = () => {
      aside.textContent = place.dataset.compare === "over" ? "Side by side" : "One over the other";
      slider.hidden = place.dataset.compare !== "over";
    };
    aside.addEventListener("click", () => {
      place.dataset.compare = place.dataset.compare === "over" ? "beside" : "over";
      name();
    });
    place.dataset.compare = "over";
    place.append(slider);
    place.after(aside);
    aside.classList.add("scripted");
    turn();
    name();
  };
  if (before && after) Promise.all([before.decode(), after.decode()]).then(build, () => {});
}
