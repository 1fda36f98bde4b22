extension PageScript {
  /// What stands in the page's chart: bounds, points with their bars, numbers.
  static let drawing = #"""
    // Bounds, the teacher, and what could not be trained.
    function drawSurroundings(parts, x, y, failed) {
      const {left, right, top, bottom} = scales;
      const base = bottom + (failed.length ? 20 : 0);
      for (const bound of x.bounds) {
        if (!scales.x.has(bound.value)) continue;
        const at = scales.x.pixel(bound.value);
        const isRight = at > (left + right) / 2;
        parts.push(line("bound", at, top - 4, at, base));
        parts.push(label("bound-label halo", bound.text, at + (isRight ? 4 : -4), top - 10, isRight ? "end" : "start"));
      }
      for (const bound of y.bounds) {
        if (scales.y.has(bound.value)) {
          parts.push(line("bound", left, scales.y.pixel(bound.value), right, scales.y.pixel(bound.value)));
        }
      }
      if (isNumber(y.teacher) && scales.y.has(y.teacher)) {
        const at = scales.y.pixel(y.teacher);
        parts.push(line("teacher", left, at, right, at));
        parts.push(label(
          "teacher-label halo", "teacher " + y.teacher.toFixed(2) + " %", left + 8,
          at - top < 18 ? at + 15 : at - 6));
      }
      if (!failed.length) return;
      parts.push(tag("rect", {class: "strip", x: left, y: bottom, width: right - left, height: 20}));
      for (const entry of failed) {
        if (scales.x.has(entry.value)) {
          parts.push("<g class='dim'>" + shapes.failed(scales.x.pixel(entry.value), bottom + 10) + "<\/g>");
        }
      }
    }

    // A point with its error bars both ways and its baseline.
    function drawPoint(parts, entry, x, y) {
      const {point} = entry;
      const isTrained = !["flash", "stopped"].includes(point.kind);
      const few = points.length <= 60;
      const clipY = (value) => Math.min(scales.bottom, Math.max(scales.top, scales.y.pixel(value)));
      const clipX = (value) => Math.min(scales.right, Math.max(scales.left, scales.x.pixel(value)));
      if (isTrained || few) {
        const look = isTrained ? "" : " faint";
        const ends = y.ends ? y.ends(point) : null;
        if (ends) {
          const [low, high] = ends.map(clipY);
          parts.push(line("interval" + look, entry.x, low, entry.x, high));
          if (isTrained) {
            parts.push(line("interval", entry.x - 4, low, entry.x + 4, low), line("interval", entry.x - 4, high, entry.x + 4, high));
          }
        }
        for (const [axis, isX] of [[x, true], [y, false]]) {
          const reach = axis.reach ? axis.reach(point) : null;
          if (!isNumber(reach) || reach === 0) continue;
          const value = isX ? entry.xValue : entry.yValue;
          const [low, high] = [value - reach, value + reach].map(isX ? clipX : clipY);
          parts.push(isX ? line("cost-bar" + look, low, entry.y, high, entry.y) : line("cost-bar" + look, entry.x, low, entry.x, high));
        }
      }
      const baseline = isTrained && y.baseline ? y.baseline(point) : null;
      if (isNumber(baseline)) parts.push(shapes.baseline(entry.x + 10, clipY(baseline)));
      parts.push(shapes[point.kind](entry.x, entry.y));
      if (point.trial !== null && point.trial === front.knee) {
        parts.push(tag("circle", {class: "knee", cx: round(entry.x), cy: round(entry.y), r: 9.5}));
      }
    }

    // The numbers of fully trained students, where they hide nothing that has one already.
    function drawNames(parts) {
      const boxes = state.shown.filter((entry) => entry.point.kind === "front" || entry.point.kind === "full")
        .map((entry) => [entry.x - 6, entry.y - 6, entry.x + 6, entry.y + 6]);
      const meets = (a) => boxes.some((b) => a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1]);
      for (const kind of ["front", "full"]) {
        for (const entry of state.shown) {
          if (entry.point.kind !== kind) continue;
          const text = String(entry.point.trial) + (entry.point.trial === front.knee ? " knee" : "");
          const wide = 7.4 * text.length;
          for (const [dx, dy] of [[-8 - wide, -6], [8, -6], [-8 - wide, 15], [8, 15], [-8 - wide, -19], [8, 26]]) {
            const box = [entry.x + dx, entry.y + dy - 10, entry.x + dx + wide, entry.y + dy + 2];
            if (meets(box) || box[0] < scales.left || box[2] > scales.right) continue;
            boxes.push(box);
            parts.push(label("name halo", text, box[0], entry.y + dy));
            break;
          }
        }
      }
    }
    """#
}
