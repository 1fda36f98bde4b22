extension PageScript {
  /// Sorts tables by their columns, and ties rows to points.
  static let tables = #"""
    // Columns sort by their headers.
    function sortable(table) {
      const body = table.tBodies[0];
      if (!body || body.rows.length < 2 || !table.tHead) return;
      const headers = [...table.tHead.rows[0].cells];
      headers.forEach((header, column) => {
        const button = document.createElement("button");
        button.type = "button";
        button.append(...header.childNodes);
        header.append(button);
        button.addEventListener("click", () => {
          const isDescending = header.getAttribute("aria-sort") === "ascending";
          headers.forEach((other) => other.removeAttribute("aria-sort"));
          header.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
          sortRows(body, column, isDescending, header.classList.contains("code"));
        });
      });
    }

    // The seconds of a text such as "1 h 05 min" or "2 min 37 s".
    function secondsIn(text) {
      const parts = /^(?:(\d+) h)? ?(?:(\d+) min)? ?(?:([\d.]+) s)?$/.exec(text);
      return parts && parts[0] ? 3600 * (parts[1] || 0) + 60 * (parts[2] || 0) + Number(parts[3] || 0) : null;
    }

    // Keys look like numbers and are none.
    function sortRows(body, column, isDescending, isText) {
      const read = (row) => {
        const text = row.cells[column].textContent.trim();
        if (secondsIn(text) !== null) return {row, text, number: secondsIn(text)};
        const digits = /^[+−-]?\d[\d.]*(e[+-]?\d+)?/i.exec(text.replace("−", "-"));
        return {row, text, number: digits ? Number(digits[0]) : null};
      };
      const rows = [...body.rows].map(read);
      const isNumeric = !isText && rows.every((entry) => entry.number !== null || entry.text === "–" || entry.text === "");
      rows.sort((a, b) => {
        if (!isNumeric) return a.text.localeCompare(b.text, "en", {numeric: !isText}) * (isDescending ? -1 : 1);
        // What is not known stands last, whichever way.
        if (a.number === null || b.number === null) return (a.number === null) - (b.number === null);
        return (a.number - b.number) * (isDescending ? -1 : 1);
      });
      body.append(...rows.map((entry) => entry.row));
    }

    // A row, and a line of the parallel coordinates, shows its student in the chart.
    function listenToRows() {
      document.querySelectorAll("table, #decisions svg").forEach((element) => {
        const find = (event) => {
          const row = event.target.closest("[data-trial]");
          return row ? state.shown.findIndex((entry) => String(entry.point.trial) === row.dataset.trial) : -1;
        };
        element.addEventListener("pointerover", (event) => setCurrent(find(event)));
        element.addEventListener("pointerleave", () => setCurrent(-1));
        element.addEventListener("click", (event) => {
          if (!event.target.closest("button, a") && find(event) >= 0) togglePin(find(event));
        });
      });
    }
    """#
}
