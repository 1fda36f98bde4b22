extension PageScript {
  /// The chooser of axes, the legend, and the rest of the chart's frame.
  static let controls = #"""
    // The chooser of the axes, the legend, and the chart's own drawing, in the place of the static one.
    function choice(id, text, selected) {
      const group = (title, isCost) => `<optgroup label="${title}">` + quantities
        .filter((entry) => entry.isCost === isCost)
        .map((entry) => `<option value="${escaped(entry.id)}"${entry.id === selected ? " selected" : ""}>`
          + escaped(entry.title) + "<\/option>").join("") + "<\/optgroup>";
      return `<label>${text} <select id="${id}">${group("costs", true)}${group("accuracies", false)}<\/select><\/label>`;
    }

    function buildChart() {
      const objective = front.minimize[0];
      const isMeasured = front.measurement && front.measurement.front_latency === "measured"
        && objective.startsWith("latency_ms");
      const first = quantity(isMeasured ? "measured" : objective) || quantities.find((entry) => entry.isCost);
      if (!first || !quantity("accuracy")) return false;
      state.x = first.id;
      const costs = points.map(first.value).filter(isNumber);
      state.isXLogarithmic = Math.min(...costs) > 0 && Math.max(...costs) > 4 * Math.min(...costs);
      const box = document.createElement("div");
      box.id = "explorer";
      box.innerHTML = `<div class="controls">${choice("axis-x", "across", state.x)}
        <label class="check"><input type="checkbox" id="log-x"${state.isXLogarithmic ? " checked" : ""}> logarithmic<\/label>
        ${choice("axis-y", "up", state.y)}
        <label class="check"><input type="checkbox" id="log-y"> logarithmic (of the error)<\/label><\/div>
        <p class="hint" id="chart-help">Hover, or focus the chart and use the arrow keys, to name a student;
        click, or press Enter, to pin it; drag over an area to keep only its trials in the tables.<\/p>
        <div class="plot"><svg class="chart" xmlns="http://www.w3.org/2000/svg" id="explorer-chart" role="group"
        aria-label="The front, to be explored" aria-describedby="chart-help"><g id="drawing" aria-hidden="true"><\/g>
        <g id="overlay" aria-hidden="true"><\/g><g id="cursor" tabindex="0" role="button" aria-pressed="false"
        aria-label="Students: use the arrow keys"><circle r="11" cx="-40" cy="-40"><\/circle><\/g><\/svg>
        <div class="tip" id="tip" hidden><\/div><\/div>
        <ul class="legend">${Object.keys(kinds).filter(isThere).map((kind) => `<li><svg width="20" height="18"
        class="chart" aria-hidden="true">${shapes[kind](10, 9)}<\/svg> ${kinds[kind]}<\/li>`).join("")}
        <li>bars: 95 % of an accuracy, ± one standard error of a cost<\/li><\/ul>
        <details class="ranges"><summary>Keep only trials within a range<\/summary><div class="controls">
        ${["x-low", "x-high", "y-low", "y-high"].map((id) => `<label><span id="name-${id}"><\/span>
        <input type="number" step="any" id="${id}"><\/label>`).join("")}<\/div><\/details>
        <p class="status"><span role="status" id="selection">All trials are in the tables.<\/span>
        <button type="button" id="clear" hidden>Show all<\/button><\/p>
        <div id="pinned" aria-label="Pinned students" role="group"><\/div>`;
      figure.before(box);
      figure.hidden = true;
      svg = document.getElementById("explorer-chart");
      return true;
    }

    function isThere(kind) {
      if (kind === "baseline") return front.students.some((student) => isNumber(student.baseline_test_accuracy));
      if (kind === "failed") {
        return (front.least_infeasible || []).length + front.constraints.infeasible_costs.length > 0
          || points.some((point) => failures.includes(point.kind));
      }
      return points.some((point) => point.kind === kind);
    }

    function listenToControls() {
      const change = (id, apply) => document.getElementById(id).addEventListener("change", (event) => {
        apply(event.target);
        nameRanges();
        setBrush(null);
        draw();
      });
      change("axis-x", (input) => {
        state.x = input.value;
      });
      change("axis-y", (input) => {
        state.y = input.value;
      });
      change("log-x", (input) => {
        state.isXLogarithmic = input.checked;
      });
      change("log-y", (input) => {
        state.isYLogarithmic = input.checked;
      });
      let width = 0;
      new ResizeObserver(() => {
        if (svg.parentElement.clientWidth === width) return;
        width = svg.parentElement.clientWidth;
        draw();
      }).observe(svg.parentElement);
    }
    """#
}
