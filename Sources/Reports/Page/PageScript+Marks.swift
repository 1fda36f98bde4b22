extension PageScript {
  /// The marks of the page's chart and what they mean.
  static let marks = #"""
    const isCrowded = points.length > 500;
    const quantity = (id) => quantities.find((entry) => entry.id === id);
    const escaped = (text) => String(text).replace(/[&<>"]/g, (mark) => "&#" + mark.charCodeAt(0) + ";");
    const tag = (name, attributes, text) => "<" + name
      + Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value)}"`).join("")
      + (text === undefined ? "/>" : ">" + escaped(text) + "<\/" + name + ">");
    const round = (value) => Math.round(value * 10) / 10;
    const line = (look, x1, y1, x2, y2) => tag(
      "line", {class: look, x1: round(x1), y1: round(y1), x2: round(x2), y2: round(y2)});
    const label = (look, text, x, y, anchor, more) => tag(
      "text", {class: look, x: round(x), y: round(y), "text-anchor": anchor || "start", ...more}, text);
    const polygon = (look, corners) => tag(
      "path", {class: look, d: "M" + corners.map(([x, y]) => round(x) + " " + round(y)).join("L") + "Z"});
    const shapes = {
      front: (x, y) => tag("circle", {class: "student", cx: round(x), cy: round(y), r: 5.5}),
      full: (x, y) => polygon("dominated", [[x, y - 6.5], [x + 6.5, y], [x, y + 6.5], [x - 6.5, y]]),
      flash: (x, y) => tag("circle", {class: "flash", cx: round(x), cy: round(y), r: isCrowded ? 2 : 3.5}),
      stopped: (x, y) => polygon("flash", [[x, y + 4], [x + 4, y - 3], [x - 4, y - 3]]),
      reference: (x, y) => polygon(
        "reference", [[x - 5, y - 5], [x + 5, y - 5], [x + 5, y + 5], [x - 5, y + 5]]),
      baseline: (x, y) => polygon("baseline", [[x, y - 4.5], [x + 4, y + 3], [x - 4, y + 3]]),
      failed: (x, y) => line("over", x - 3, y - 3, x + 3, y + 3) + line("over", x - 3, y + 3, x + 3, y - 3),
    };
    const failures = ["diverged", "crashed", "out_of_memory", "timed_out", "failed"];
    const kinds = {
      front: "fully trained, on the front", full: "fully trained, not on it", flash: "flash only",
      stopped: "stopped at a rung", reference: "reference design", baseline: "without the teacher",
      failed: "failed or over budget, not trained",
    };
    """#
}
