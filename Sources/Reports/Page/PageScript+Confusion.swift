extension PageScript {
  /// Shows confusion matrices, where the study has kept them.
  static let confusion = #"""
    // What was taken for what, on the test split, where the study has kept it.
    function confusionTable(student) {
      const runs = (student.runs || []).filter((run) => run.test && run.test.metrics && run.test.metrics.confusion);
      if (!runs.length) return null;
      const counts = new Map();
      let classes = 0;
      for (const run of runs) {
        for (const [label, predicted, count] of run.test.metrics.confusion) {
          classes = Math.max(classes, label + 1, predicted + 1);
          const place = label + " " + predicted;
          counts.set(place, (counts.get(place) || 0) + count);
        }
      }
      if (classes > 40) return null;
      const names = (front.splits && front.splits.class_names) || [...Array(classes).keys()].map(String);
      const sums = names.map((_, label) => names.reduce(
        (sum, __, predicted) => sum + (counts.get(label + " " + predicted) || 0), 0));
      const row = (label) => `<tr><th scope="row">${escaped(names[label])}<\/th>` + names.map((_, predicted) => {
        const count = counts.get(label + " " + predicted) || 0;
        const share = sums[label] ? count / sums[label] : 0;
        return `<td class="number ${label === predicted ? "hit" : "miss"}" style="--share: ${share.toFixed(3)}">`
          + (count || "") + "<\/td>";
      }).join("") + "<\/tr>";
      const box = document.createElement("div");
      box.className = "scroll";
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", "Confusion matrix of trial " + student.trial);
      box.innerHTML = `<table class="confusion"><caption>Confusion matrix on the test split`
        + `${runs.length > 1 ? ", summed over " + runs.length + " seeds" : ""}: labels down, answers across<\/caption>`
        + `<thead><tr><th scope="col">label<\/th>${names.map((name) => `<th scope="col">${escaped(name)}<\/th>`).join("")}`
        + `<\/tr><\/thead><tbody>${names.map((_, label) => row(label)).join("")}<\/tbody><\/table>`;
      return box;
    }

    function addConfusions() {
      for (const student of front.students) {
        const section = document.getElementById("student-" + student.trial);
        if (!section || section.querySelector(".confusion")) continue;
        section.addEventListener("toggle", () => {
          if (section.open && !section.querySelector(".confusion")) {
            const table = confusionTable(student);
            if (table) section.append(table);
          }
        });
      }
    }
    """#
}
