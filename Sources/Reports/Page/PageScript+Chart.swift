extension PageScript {
  /// Draws the front for the two axes that are chosen.
  static let chart = #"""
    const figure = document.getElementById("front-chart");
    const state = {
      x: "", y: "accuracy", isXLogarithmic: false, isYLogarithmic: false, current: -1,
      pinned: new Set(), brush: null, shown: [],
    };
    let scales = null;
    let svg = null;

    // What a point is, in words.
    function words(point) {
      const [x, y] = [quantity(state.x), quantity(state.y)];
      const values = [y, x].map((entry) => {
        const value = entry.value(point);
        return isNumber(value) ? entry.title + " " + amount(value, entry) : null;
      }).filter(Boolean);
      const ends = y.ends ? y.ends(point) : null;
      const interval = ends
        ? " (95 % interval " + ends[0].toFixed(2) + "–" + ends[1].toFixed(2) + " %)" : "";
      values[0] = (values[0] || "no result") + (values.length > 1 ? interval : "");
      const kind = failures.includes(point.kind) ? point.kind.replaceAll("_", " ") : kinds[point.kind];
      return point.name + (point.kind === "reference" ? "" : ", " + kind) + ": " + values.join(", ") + ". " + point.row.architecture;
    }

    // The corners of what fully trained students reach at every cost, for the two axes that are drawn.
    function frontCorners() {
      const [x, y] = [quantity(state.x), quantity(state.y)];
      if (!x.isCost || y.isCost) return [];
      const able = state.shown.filter(
        ({point}) => (point.kind === "front" || point.kind === "full") && !point.row.excluded_by);
      const chosen = nonDominated(able.map((entry) => [-entry.xValue, entry.yValue]))
        .map((index) => able[index]).sort((a, b) => a.xValue - b.xValue);
      const corners = [];
      for (const entry of chosen) {
        if (corners.length) corners.push([entry.x, corners[corners.length - 1][1]]);
        corners.push([entry.x, entry.y]);
      }
      return corners;
    }

    function draw() {
      const [x, y] = [quantity(state.x), quantity(state.y)];
      const width = Math.max(280, svg.parentElement.clientWidth);
      const height = Math.round(Math.min(720, Math.max(300, 0.5 * width)));
      const [left, right, top] = [62, width - 14, 26];
      const failed = x.isCost ? points.filter((point) => isNumber(x.value(point))
        && failures.includes(point.kind)).map((point) => ({point, value: x.value(point)})) : [];
      for (const nearest of front.least_infeasible || []) {
        const value = x.value({row: nearest});
        if (isNumber(value)) failed.push({point: null, value});
      }
      // Random students that break a limit; the first objective is known of them.
      if (x.id === front.minimize[0]) {
        for (const value of front.constraints.infeasible_costs) {
          if (isNumber(value)) failed.push({point: null, value: value / x.size});
        }
      }
      const bottom = height - 44 - (failed.length ? 20 : 0);
      const known = points.map((point, index) => (
        {point, index, xValue: x.value(point), yValue: y.value(point)}
      )).filter((entry) => isNumber(entry.xValue) && isNumber(entry.yValue));
      // A bad flash trial must not flatten all the rest.
      const trained = known.filter((entry) => ["front", "full", "reference"].includes(entry.point.kind));
      const sorted = known.map((entry) => entry.yValue).sort((a, b) => a - b);
      const reach = sorted.length ? sorted[sorted.length - 1] - sorted[Math.floor(sorted.length / 2)] : 0;
      const floor = y.isCost || !sorted.length ? -Infinity
        : Math.min(...trained.map((entry) => entry.yValue), sorted[sorted.length - 1] - 4 * reach - 1);
      const inside = known.filter((entry) => entry.yValue >= floor);
      const extraY = trained.flatMap((entry) => (y.ends && y.ends(entry.point)) || [])
        .concat(trained.map((entry) => (y.baseline ? y.baseline(entry.point) : null)).filter(isNumber))
        .concat(isNumber(y.teacher) ? [y.teacher] : []);
      const most = Math.max(...inside.map((entry) => entry.xValue), 0);
      const near = (bound) => bound.value <= 2 * most && 4 * bound.value >= most;
      const extraX = x.bounds.filter(near).map((bound) => bound.value)
        .concat(failed.map((entry) => entry.value).filter((value) => value <= 2 * most || most === 0));
      scales = {
        x: makeScale(inside.map((entry) => entry.xValue).concat(extraX), x, state.isXLogarithmic, left, right),
        y: makeScale(inside.map((entry) => entry.yValue).concat(extraY), y, state.isYLogarithmic, bottom, top),
        left, right, top, bottom,
      };
      state.shown = known.map((entry) => ({
        ...entry, x: scales.x.pixel(entry.xValue),
        y: Math.min(bottom, Math.max(top, scales.y.pixel(entry.yValue))),
      }));
      const parts = [tag("rect", {class: "paper", x: 0, y: 0, width, height})];
      for (const tick of ticksOf(scales.y, 8)) {
        const at = scales.y.pixel(tick);
        parts.push(line("grid", left, at, right, at), label("tick", brief(tick), left - 8, at + 4, "end"));
      }
      const base = height - 44;
      for (const tick of ticksOf(scales.x, Math.max(2, Math.floor((right - left) / 62)))) {
        const at = scales.x.pixel(tick);
        parts.push(line("grid", at, top, at, base), label("tick", brief(tick), at, base + 18, "middle"));
      }
      parts.push(line("axis", left, base, right, base));
      const scaleWords = (scale) => scale.isError ? ", logarithm of the error"
        : scale.isLogarithmic ? ", logarithmic" : "";
      const title = (entry, scale, room) => {
        const full = entry.title + " (" + entry.unit + scaleWords(scale) + ")";
        return full.length * 6.6 > room ? entry.title.split(" (")[0] + " (" + entry.unit + ")" : full;
      };
      parts.push(
        label("label", title(x, scales.x, right - left), (left + right) / 2, height - 6, "middle"),
        label("label", title(y, scales.y, bottom - top), 0, 0, "middle",
          {transform: `translate(14 ${(top + bottom) / 2}) rotate(-90)`}));
      drawSurroundings(parts, x, y, failed);
      for (const entry of state.shown) if (["flash", "stopped"].includes(entry.point.kind)) drawPoint(parts, entry, x, y);
      const corners = frontCorners();
      if (corners.length) {
        const last = corners[corners.length - 1];
        const limits = x.bounds.filter((bound) => bound.isForAll).map((bound) => scales.x.pixel(bound.value));
        corners.push([Math.max(last[0], Math.min(right, ...limits)), last[1]]);
        parts.push(tag("path", {class: "front", d: "M" + corners.map(([a, b]) => round(a) + " " + round(b)).join("L")}));
      }
      for (const kind of ["reference", "full", "front"]) {
        for (const entry of state.shown) if (entry.point.kind === kind) drawPoint(parts, entry, x, y);
      }
      drawNames(parts);
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      svg.setAttribute("width", width);
      svg.setAttribute("height", height);
      svg.querySelector("#drawing").innerHTML = parts.join("");
      showOverlay();
    }
    """#
}
