extension PageScript {
  /// Names students under the pointer or by arrow keys, and pins them.
  static let pointer = #"""
    // Hovering, focusing and pinning.
    function nearest(x, y, within) {
      let best = -1;
      let least = within * within;
      state.shown.forEach((entry, index) => {
        const distance = (entry.x - x) ** 2 + (entry.y - y) ** 2;
        // Of points on one spot the trained one, which is drawn on top.
        const bonus = ["front", "full"].includes(entry.point.kind) ? 16 : 0;
        if (distance - bonus < least) [best, least] = [index, distance - bonus];
      });
      return best;
    }

    function setCurrent(index, isByKey) {
      state.current = index;
      const tip = document.getElementById("tip");
      const cursor = document.getElementById("cursor");
      const entry = state.shown[index];
      tip.hidden = !entry;
      document.querySelectorAll("tr.current, g.current").forEach((row) => row.classList.remove("current"));
      if (!entry) {
        if (!isByKey) cursor.firstElementChild.setAttribute("cx", -40);
        return;
      }
      const text = words(entry.point);
      tip.textContent = text;
      const room = svg.parentElement.clientWidth;
      const wide = Math.min(340, room - 16);
      tip.style.maxWidth = wide + "px";
      tip.style.left = Math.max(4, Math.min(room - wide - 4, entry.x + 14)) + "px";
      const isLow = entry.y > (scales.top + scales.bottom) / 2;
      tip.style.top = isLow ? "auto" : entry.y + 14 + "px";
      tip.style.bottom = isLow ? svg.clientHeight - entry.y + 14 + "px" : "auto";
      cursor.firstElementChild.setAttribute("cx", round(entry.x));
      cursor.firstElementChild.setAttribute("cy", round(entry.y));
      cursor.setAttribute("aria-label", text);
      cursor.setAttribute("aria-pressed", String(state.pinned.has(entry.point)));
      if (entry.point.trial !== null) {
        document.querySelectorAll(`[data-trial="${entry.point.trial}"]`)
          .forEach((row) => row.classList.add("current"));
      }
    }

    function togglePin(index) {
      const entry = state.shown[index];
      if (!entry) return;
      if (!state.pinned.delete(entry.point)) state.pinned.add(entry.point);
      showPinned();
      showOverlay();
      setCurrent(index, true);
    }

    function showPinned() {
      document.querySelectorAll(".pinned").forEach((row) => row.classList.remove("pinned"));
      const list = document.getElementById("pinned");
      list.innerHTML = "";
      for (const point of state.pinned) {
        const card = document.createElement("p");
        card.textContent = words(point) + " ";
        if (students.has(point.trial)) {
          card.insertAdjacentHTML("beforeend", `<a href="#student-${point.trial}">Its section<\/a> `);
        }
        const button = document.createElement("button");
        button.type = "button";
        button.textContent = "Unpin " + point.name.toLowerCase();
        button.addEventListener("click", () => {
          state.pinned.delete(point);
          showPinned();
          showOverlay();
        });
        card.append(button);
        list.append(card);
        if (point.trial !== null) {
          document.querySelectorAll(`[data-trial="${point.trial}"]`).forEach((row) => {
            row.classList.add("pinned");
            // Rows of pinned students stand first.
            if (row.matches("tr")) row.parentElement.prepend(row);
          });
        }
      }
    }

    function showOverlay() {
      const rings = state.shown.filter((entry) => state.pinned.has(entry.point)).map((entry) => tag(
        "circle", {class: "ring", cx: round(entry.x), cy: round(entry.y), r: 10})
        + label("name halo", entry.point.name, entry.x, entry.y - 14, "middle"));
      const box = state.brush;
      if (box) {
        const [a, b] = [scales.x.pixel(box.x[0]), scales.x.pixel(box.x[1])];
        const [c, d] = [scales.y.pixel(box.y[1]), scales.y.pixel(box.y[0])];
        rings.push(tag("rect", {class: "brush", x: round(a), y: round(c), width: round(Math.max(0, b - a)), height: round(Math.max(0, d - c))}));
      }
      svg.querySelector("#overlay").innerHTML = rings.join("");
    }

    function listenToPointer() {
      const place = (event) => {
        const box = svg.getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
      };
      let start = null;
      svg.addEventListener("pointerdown", (event) => {
        start = event.button === 0 ? place(event) : null;
      });
      svg.addEventListener("pointermove", (event) => {
        const at = place(event);
        const isDrag = start && event.pointerType !== "touch" && event.buttons & 1
          && Math.hypot(at[0] - start[0], at[1] - start[1]) > 6;
        if (isDrag) {
          svg.setPointerCapture(event.pointerId);
          setCurrent(-1);
          brushTo(start, at);
        } else if (!start) {
          setCurrent(nearest(at[0], at[1], 22));
        }
      });
      svg.addEventListener("pointerup", (event) => {
        const at = place(event);
        if (start && Math.hypot(at[0] - start[0], at[1] - start[1]) <= 6) {
          togglePin(nearest(at[0], at[1], 22));
        }
        start = null;
      });
      svg.addEventListener("pointerleave", () => {
        start = null;
        setCurrent(-1);
      });
      listenToKeys();
    }

    function listenToKeys() {
      const cursor = document.getElementById("cursor");
      // From the left to the right, whatever the axis.
      const order = () => state.shown.map((_, index) => index)
        .sort((a, b) => state.shown[a].x - state.shown[b].x || state.shown[b].y - state.shown[a].y);
      const begin = () => {
        const all = order();
        return all.find((index) => state.shown[index].point.kind === "front") ?? all[0] ?? -1;
      };
      cursor.addEventListener("focus", () => {
        if (cursor.matches(":focus-visible")) setCurrent(state.current >= 0 ? state.current : begin(), true);
      });
      cursor.addEventListener("blur", () => setCurrent(-1));
      cursor.addEventListener("keydown", (event) => {
        const all = order();
        const at = all.indexOf(state.current);
        const moves = {
          ArrowRight: at + 1, ArrowUp: at + 1, ArrowLeft: at - 1, ArrowDown: at - 1, Home: 0,
          End: all.length - 1,
        };
        if (event.key in moves) {
          setCurrent(all[Math.min(all.length - 1, Math.max(0, moves[event.key]))], true);
        } else if (event.key === "Enter" || event.key === " ") {
          togglePin(state.current);
        } else if (event.key === "Escape") {
          state.pinned.clear();
          showPinned();
          showOverlay();
        } else {
          return;
        }
        event.preventDefault();
      });
    }
    """#
}
