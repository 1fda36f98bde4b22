import HardwareProfiles

extension PageScript {
  /// Each metric's title, unit and the size of the unit, as members of a script's object.
  private static let metrics = CostMetric.allCases.map {
    "\($0.rawValue): [\"\($0.title)\", \"\($0.unit)\", \($0.unitSize)]"
  }.joined(separator: ", ")

  /// What the script reads from the page's own `front.json`: points, and what axes can show.
  static let data = #"""
    const front = JSON.parse(document.getElementById("front-json").textContent);
    const students = new Map(front.students.map((student) => [student.trial, student]));
    const isNumber = (value) => typeof value === "number" && Number.isFinite(value);
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

    // One point for each flash trial (with what its full training came to, if it had one), for each
    // reference design, and for what could not be trained.
    const points = front.trials.map((trial) => {
      const student = students.get(trial.trial);
      const kind = student ? (student.on_front ? "front" : "full")
        : trial.outcome === "measured" ? "flash" : trial.outcome;
      return {kind, trial: trial.trial, name: "Trial " + trial.trial, row: {...trial, ...student}};
    });
    for (const design of front.references ? front.references.designs : []) {
      points.push({kind: "reference", trial: null, name: "Reference design " + design.name, row: design});
    }

    const metrics = {\#(metrics)};
    // What an axis can show; every value is in `unit`, accuracies are in per cent.
    const quantities = [];
    const columns = front.trials.length ? Object.keys(front.trials[0]) : [];
    for (const column of columns) {
      const [metric, device] = column.split("@");
      if (!(metric in metrics)) continue;
      const [title, unit, size] = metrics[metric];
      const error = column.replace(/^(latency|energy)_/, "$1_se_");
      const scaled = (value) => (isNumber(value) ? value / size : null);
      quantities.push({
        id: column, title: device ? title + " on " + device : title, unit, size, isCost: true,
        value: (point) => scaled(point.row[column]),
        reach: (point) => (error === column ? null : scaled(point.row[error])),
        bounds: boundsOn(column).map((bound) => ({...bound, value: bound.value / size})),
      });
    }
    if (front.students.some((student) => isNumber(student.measured_latency_ms))) {
      const predicted = quantities.find((quantity) => quantity.id.startsWith("latency_ms"));
      quantities.push({
        id: "measured", unit: "ms", isCost: true,
        title: "measured latency (of others predicted)",
        value: (point) => point.row.measured_latency_ms ?? (predicted ? predicted.value(point) : null),
        reach: (point) => point.row.measured_latency_se_ms
          ?? (predicted && !isNumber(point.row.measured_latency_ms) ? predicted.reach(point) : null),
        bounds: predicted ? predicted.bounds : [],
      });
    }

    // The bounds of constraints and budgets on a metric, in the metric's own unit.
    function boundsOn(column) {
      const isOnlyDevice = !Array.isArray(front.hardware);
      return front.constraints.bounds.flatMap((bound) => {
        const parts = /^([a-z_]+(?:@.+)?)(<=|>=)(.+)$/.exec(bound.constraint);
        if (!parts) return [];
        const metric = isOnlyDevice ? parts[1].split("@")[0] : parts[1];
        return metric === column
          ? [{value: Number(parts[3]), text: bound.constraint, isForAll: bound.set_by !== "budget" && parts[2] === "<="}]
          : [];
      });
    }

    const share = (value) => (isNumber(value) ? 100 * value : null);
    function addAccuracy(id, title, value, low, high, more) {
      const quantity = {
        id, title, unit: "%", isCost: false, bounds: [], teacher: null, baseline: () => null,
        value: (point) => share(value(point.row)),
        ends: (point) => {
          const ends = [share(low(point.row)), share(high(point.row))];
          return ends.every(isNumber) ? ends : null;
        },
        ...more,
      };
      if (points.some((point) => isNumber(quantity.value(point)))) quantities.push(quantity);
    }
    const side = (sign) => (row) => isNumber(row.projected_accuracy)
      ? Math.min(1, Math.max(0, row.projected_accuracy + sign * 1.96 * row.projected_sd)) : null;
    const runsMean = (runs, split, read) => {
      const values = (runs || []).map((run) => (run[split] ? read(run[split]) : null)).filter(isNumber);
      return values.length ? mean(values) : null;
    };
    const accuracyOf = (outcome) => outcome.correct / outcome.count;
    const teacher = front.teacher || {};
    addAccuracy(
      "accuracy", "validation accuracy (of flash trials projected)",
      (row) => row.validation_accuracy ?? row.projected_accuracy,
      (row) => row.validation_low ?? side(-1)(row), (row) => row.validation_high ?? side(1)(row),
      {teacher: share(teacher.validation_accuracy),
        baseline: (point) => share(runsMean(point.row.baseline_runs, "validation", accuracyOf))});
    addAccuracy(
      "test", "test accuracy", (row) => row.test_accuracy, (row) => row.test_low,
      (row) => row.test_high,
      {teacher: share(teacher.test_accuracy),
        baseline: (point) => share(point.row.baseline_test_accuracy)});
    addAccuracy(
      "flash", "flash accuracy", (row) => row.flash_accuracy, () => null, () => null, {});
    addAccuracy(
      "projected", "projected accuracy", (row) => row.projected_accuracy, side(-1), side(1), {});
    const more = {
      macro_f1: "macro F1", kappa: "Cohen's kappa", matthews: "Matthews correlation",
      roc_auc: "area under the ROC curve", teacher_agreement: "agreement with the teacher",
    };
    for (const [name, title] of Object.entries(more)) {
      const read = (outcome) => (outcome.metrics ? outcome.metrics[name] : null);
      addAccuracy(
        name, title + " (test)", (row) => runsMean(row.runs, "test", read), () => null, () => null, {});
    }

    // Of maximised coordinates, whether a is nowhere worse than b and somewhere better.
    function dominates(a, b) {
      return a.every((value, index) => value >= b[index])
        && a.some((value, index) => value > b[index]);
    }
    // The indices of the points that no other dominates, ascending.
    function nonDominated(vectors) {
      return vectors.map((_, index) => index).filter(
        (index) => !vectors.some((other) => dominates(other, vectors[index])));
    }
    """#
}
