"use strict";
// Charts: each figure is drawn by Plotly when it comes into sight, again when the theme changes, and narrow for paper.
(() => {
  const paper = { width: 660, height: 350 };
  const config = {
    displaylogo: false,
    showSendToCloud: false,
    plotlyServerURL: "",
    responsive: true,
    showTips: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  };
  const drawn = new Map();
  const draw = (place, printing) => {
    const { data, layouts, name } = drawn.get(place);
    const tall = place.matches("[data-tall]");
    const layout = { ...layouts[report.theme()], autosize: !printing, ...(printing && paper), ...(printing && tall && { height: 900 }) };
    place.style.height = printing ? `${layout.height}px` : "";
    // Anew: some kinds of chart would glide from what they were, and be printed half way.
    Plotly.purge(place);
    Plotly.newPlot(place, data, layout, { ...config, toImageButtonOptions: { scale: 2, filename: name } });
  };
  report.whenSeen(document.querySelectorAll(".chart"), (place) => {
    drawn.set(place, report.data(place.dataset.figure));
    place.dataset.drawn = "";
    draw(place, false);
  });
  report.onRedraw((printing) => drawn.forEach((_, place) => draw(place, printing)));
})();
