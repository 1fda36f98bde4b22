extension PageScript {
  /// Starts everything that the page has room for.
  static let start = #"""
    // Links open what they lead to, and paper shows what is folded.
    function openTarget() {
      const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
      if (target && target.matches("details")) {
        target.open = true;
        target.scrollIntoView();
      }
    }

    if (figure && buildChart()) {
      nameRanges();
      draw();
      listenToControls();
      listenToPointer();
      listenToRanges();
      listenToRows();
    }
    document.querySelectorAll(".scroll table").forEach(sortable);
    addEventListener("hashchange", openTarget);
    openTarget();
    addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => {
      part.dataset.wasOpen = String(part.open);
      part.open = true;
    }));
    addEventListener("afterprint", () => document.querySelectorAll("details").forEach((part) => {
      part.open = part.dataset.wasOpen === "true";
    }));
    // For tests: the page's own judgements.
    window.autodistill = {front, points, quantities, state, nonDominated, makeScale, ticksOf};
    """#
}
