extension PageScript {
  /// Keeps only the trials of a part of the chart in the tables.
  static let brush = #"""
    // Which trials the tables keep: those in a part of the chart.
    const rangeInputs = ["x-low", "x-high", "y-low", "y-high"];
    let tableRows = null;

    function nameRanges() {
      for (const [axis, id] of [["x", state.x], ["y", state.y]]) {
        const entry = quantity(id);
        const title = entry.title.split(" (")[0] + " (" + entry.unit + ")";
        document.getElementById(`name-${axis}-low`).textContent = title + " from";
        document.getElementById(`name-${axis}-high`).textContent = title + " to";
      }
    }

    function brushTo(from, to) {
      const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
      const values = (index, scale, low, high) => [from[index], to[index]]
        .map((pixel) => scale.value(clamp(pixel, low, high))).sort((a, b) => a - b);
      setBrush({
        x: values(0, scales.x, scales.left, scales.right),
        y: values(1, scales.y, scales.top, scales.bottom),
      });
    }

    function setBrush(box) {
      state.brush = box;
      const ends = box ? [...box.x, ...box.y] : [null, null, null, null];
      rangeInputs.forEach((id, index) => {
        document.getElementById(id).value = ends[index] === null ? "" : Number(ends[index].toPrecision(4));
      });
      filterTables();
      showOverlay();
    }

    function filterTables() {
      const box = state.brush;
      const chosen = box && new Set(state.shown.filter((entry) => entry.xValue >= box.x[0]
        && entry.xValue <= box.x[1] && entry.yValue >= box.y[0] && entry.yValue <= box.y[1])
        .map((entry) => String(entry.point.trial)));
      tableRows = tableRows || [...document.querySelectorAll("tr[data-trial]")];
      for (const row of tableRows) {
        const isHidden = Boolean(chosen) && !chosen.has(row.dataset.trial);
        if (row.hidden !== isHidden) row.hidden = isHidden;
      }
      if (chosen) chosen.delete("null");
      document.getElementById("selection").textContent = chosen
        ? `${chosen.size} of ${front.trials.length} trials are in the tables.`
        : "All trials are in the tables.";
      document.getElementById("clear").hidden = !chosen;
    }

    function listenToRanges() {
      for (const id of rangeInputs) {
        document.getElementById(id).addEventListener("change", () => {
          const given = rangeInputs.map((name) => document.getElementById(name).value);
          const box = given.every((text) => text === "") ? null : {
            x: [given[0] === "" ? scales.x.low : Number(given[0]), given[1] === "" ? scales.x.high : Number(given[1])],
            y: [given[2] === "" ? -1e9 : Number(given[2]), given[3] === "" ? scales.y.high : Number(given[3])],
          };
          state.brush = box;
          filterTables();
          showOverlay();
        });
      }
      document.getElementById("clear").addEventListener("click", () => setBrush(null));
    }
    """#
}
