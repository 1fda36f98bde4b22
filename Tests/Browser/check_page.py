"""Checks reports' pages in headless Chromium, with networking off.

    check_page.py FOLDER [--axe axe.min.js] [--pictures FOLDER]

FOLDER holds pages that the tests have written (.ci/check-page). Exit status: 0 all is well, 1 something is
not, and each such thing is named.
"""

import argparse
import json
import os
import sys

from browser import Browser, Page

# Seconds of its main thread in which a page has to be open, by its name.
OPEN_WITHIN = {"large-1000": 1.0, "large-5000": 2.0}

LARGEST = "large-5000"

# Pages that have every kind of block between them, for the accessibility checker, which takes most of the time; and
# those in the dark, where only colours differ, which all pages have alike.
ACCESSIBLE = ("curved", "audited", "measured", "failed", "infeasible", "empty")
DARK = ("curved", "infeasible")

failures = []


def expect(condition, what):
    if not condition:
        failures.append(what)
        print(f"  failed: {what}", flush=True)


def explore(page, name):
    """Points, hover, click, keyboard, brush, axes and sorting."""
    page.run("document.documentElement.style.scrollBehavior = 'auto';"
             "document.getElementById('explorer').scrollIntoView()")

    def place(index):
        return page.run(
            "(() => { const e = autodistill.state.shown[%d]; const b = document"
            ".getElementById('explorer-chart').getBoundingClientRect();"
            "return [b.left + e.x, b.top + e.y]; })()" % index)

    count = page.run("autodistill.front.trials.filter((t) => t.projected_accuracy !== null).length"
                     " + (autodistill.front.references || {designs: []}).designs.length")
    expect(page.run("autodistill.state.shown.length") == count, f"{name}: a point for each result")
    expect(page.run("document.getElementById('front-chart').hidden"), f"{name}: one chart")
    best = page.run("autodistill.state.shown.findIndex((e) => e.point.kind === 'front')")
    x, y = place(best)
    page.mouse("mouseMoved", x, y)
    trial = page.run(f"autodistill.state.shown[{best}].point.name")
    expect(trial in page.run("document.getElementById('tip').textContent"), f"{name}: hover names")
    page.click(x, y)
    expect(page.run("autodistill.state.pinned.size") == 1, f"{name}: a click pins")
    expect(page.run("document.querySelectorAll('tr.pinned').length") >= 2, f"{name}: and its rows")
    expect(page.run("document.querySelector('#pinned a').hash").startswith("#student-"),
           f"{name}: and links to its section")
    page.click(x, y)
    expect(page.run("autodistill.state.pinned.size") == 0, f"{name}: a second click unpins")
    page.mouse("mouseMoved", 2, 2)

    page.run("document.getElementById('log-y').focus()")
    page.run("document.querySelector('.ranges').open = false")
    page.key("Tab")
    expect(page.run("document.activeElement.id") == "cursor", f"{name}: Tab reaches the points")
    first = page.run("document.getElementById('cursor').getAttribute('aria-label')")
    page.key("ArrowRight")
    second = page.run("document.getElementById('cursor').getAttribute('aria-label')")
    expect(first != second and "Trial" in first, f"{name}: arrow keys name the next point")
    page.key("Enter")
    expect(page.run("autodistill.state.pinned.size") == 1, f"{name}: Enter pins")
    expect(page.run("document.getElementById('cursor').getAttribute('aria-pressed')") == "true",
           f"{name}: and says so")
    page.key("Escape")
    expect(page.run("autodistill.state.pinned.size") == 0, f"{name}: Escape unpins")

    box = page.run("(() => { const b = document.getElementById('explorer-chart')"
                   ".getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()")
    page.drag((box[0] + 0.3 * box[2], box[1] + 0.2 * box[3]),
              (box[0] + 0.7 * box[2], box[1] + 0.75 * box[3]))
    kept = page.run("[...document.querySelectorAll('#trials tbody tr')].filter((r) => !r.hidden).length")
    inside = page.run(
        "(() => { const b = autodistill.state.brush; return new Set(autodistill.state.shown.filter((e) =>"
        "e.point.trial !== null && e.xValue >= b.x[0] && e.xValue <= b.x[1] && e.yValue >= b.y[0]"
        "&& e.yValue <= b.y[1]).map((e) => e.point.trial)).size; })()")
    total = page.run("autodistill.front.trials.length")
    expect(kept == inside and kept < total, f"{name}: the brush keeps {inside} rows, not {kept}")
    expect(f"{inside} of {total}" in page.run("document.getElementById('selection').textContent"),
           f"{name}: and says how many")
    page.run("document.getElementById('clear').click()")
    expect(page.run("document.querySelectorAll('tr[hidden]').length") == 0, f"{name}: all come back")

    for axis, value in (("x", "macs"), ("y", "flash"), ("y", "accuracy")):
        page.run(f"(() => {{ const s = document.getElementById('axis-{axis}'); s.value = '{value}';"
                 "s.dispatchEvent(new Event('change')); })()")
        expect(page.run(f"autodistill.state.{axis}") == value, f"{name}: the axis shows {value}")
        title = page.run("document.getElementById('drawing').textContent")
        expect({"macs": "MACs", "flash": "flash accuracy", "accuracy": "validation accuracy"}[value]
               in title, f"{name}: and is titled {value}")
    for box_id in ("log-x", "log-y"):
        page.run(f"document.getElementById('{box_id}').click()")
    expect("logarithm" in page.run("document.getElementById('drawing').textContent"),
           f"{name}: axes become logarithmic")

    page.run("document.querySelectorAll('#trials thead button')[0].click()")
    order = page.run("[...document.querySelectorAll('#trials tbody tr')].map((r) => Number(r.cells[0].textContent))")
    expect(order == sorted(order), f"{name}: a column sorts")
    page.run("document.querySelectorAll('#trials thead button')[0].click()")
    order = page.run("[...document.querySelectorAll('#trials tbody tr')].map((r) => Number(r.cells[0].textContent))")
    expect(order == sorted(order, reverse=True), f"{name}: and the other way round")
    expect(page.run("document.querySelector('#trials th').getAttribute('aria-sort')") == "descending",
           f"{name}: and says which")
    is_sorted = page.run("""(() => {
      const table = document.querySelector("#time table");
      if (!table || !table.tHead || table.tBodies[0].rows.length < 2) return true;
      const heads = [...table.tHead.rows[0].cells];
      const time = heads.findIndex((cell) => cell.textContent === "time");
      heads[time].querySelector("button").click();
      const seconds = [...table.tBodies[0].rows].map((row) => Number(row.cells[time + 1].textContent));
      return seconds.every((value, index) => index === 0 || value >= seconds[index - 1]);
    })()""")
    expect(is_sorted, f"{name}: times sort by how long they are")
    is_sorted = page.run("""(() => {
      const heads = [...document.querySelectorAll("#front thead th")];
      const place = heads.findIndex((cell) => cell.textContent === "key");
      heads[place].querySelector("button").click();
      const keys = [...document.querySelectorAll("#front tbody tr")].map((row) => row.cells[place].textContent);
      return String(keys) === String([...keys].sort());
    })()""")
    expect(is_sorted, f"{name}: keys sort as texts")


def judgements(page, name):
    """The students that the study calls its front are those that the page finds on its axes."""
    same = page.run("""(() => {
      const front = autodistill.front;
      if (front.minimize.length > 1) return true;
      const able = front.students.filter((s) => !s.excluded_by);
      const cost = (s) => s.front_latency === "measured" ? s.measured_latency_ms : s[front.minimize[0]];
      const found = autodistill.nonDominated(able.map((s) => [s.validation_accuracy, -cost(s)]));
      return String(found.map((i) => able[i].trial))
        === String(front.students.filter((s) => s.on_front).map((s) => s.trial));
    })()""")
    expect(same, f"{name}: the page's front is the study's")


def check_dominance(page, folder):
    """The page's own dominance against the library's, on the fronts that the tests have judged."""
    path = os.path.join(folder, "fronts.data")
    expect(os.path.exists(path), "there are fronts that the library has judged")
    if not os.path.exists(path):
        return
    with open(path, encoding="utf-8") as data:
        fronts = json.load(data)
    wrong = page.run(
        "%s.filter((f) => String(autodistill.nonDominated(f.points)) !== String(f.front)).length"
        % json.dumps(fronts))
    expect(wrong == 0 and len(fronts) >= 200, f"{wrong} of {len(fronts)} fronts differ from the library's")
    print(f"{len(fronts)} fronts judged as the library does", flush=True)


def looks(page, name, axe):
    """Widths, dark and print, and an accessibility checker."""
    # The narrowest, a tablet, where the style changes, and the widest; those between are no harder.
    for width in (320, 768, 1280, 3840):
        page.resize(width)
        wide = page.run("document.documentElement.scrollWidth")
        expect(wide <= width, f"{name}: {wide} px wide on a screen of {width}")
    page.resize(1280)
    for scheme in ("light", "dark"):
        page.media(color_scheme=scheme)
        paper = page.run("getComputedStyle(document.body).backgroundColor")
        expect((paper == "rgb(255, 255, 255)") == (scheme == "light"), f"{name}: {scheme} is {paper}")
        if axe and (scheme == "light" or name in DARK):
            check_accessibility(page, f"{name}, {scheme}", axe, scheme)
    page.media()
    page.media(reduced_motion="reduce")
    expect(page.run("getComputedStyle(document.documentElement).scrollBehavior") in ("auto",),
           f"{name}: motion is reduced")
    page.media("print")
    expect(page.run("getComputedStyle(document.querySelector('nav')).display") == "none",
           f"{name}: paper has no links to sections")
    page.run("dispatchEvent(new Event('beforeprint'))")
    expect(page.run("[...document.querySelectorAll('details')].every((part) => part.open)"),
           f"{name}: paper shows what is folded")
    page.run("dispatchEvent(new Event('afterprint'))")
    page.media()


def photograph(browser, path, name, pictures):
    """Pictures of the page as it opens, with everything unfolded, and as a printer gets it."""
    page = Page(browser)
    page.load(path)
    for scheme in ("light", "dark"):
        page.media(color_scheme=scheme)
        for width in (360, 1280, 2560):
            page.resize(width)
            page.picture(os.path.join(pictures, f"{name}-{scheme}-{width}.png"))
            page.run("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
            height = page.run("document.documentElement.scrollHeight")
            page.resize(width, min(16000, height))
            page.picture(os.path.join(pictures, f"{name}-{scheme}-{width}-whole.png"))
            page.run("document.querySelectorAll('details').forEach((part) => { part.open = false; })")
    page.media()
    page.paper(os.path.join(pictures, f"{name}.pdf"))
    page.close()


# What is made as those before it are, and would take most of the time.
ALIKE = ("tbody tr:nth-child(n+5)", "#students details ~ details ~ details")


def check_accessibility(page, name, axe, scheme):
    page.run("document.querySelectorAll('details').forEach((part) => { part.open = true; })")
    if page.run("typeof axe") == "undefined":
        page.run(axe + "\n; 0")
    rules = ("'color-contrast'" if scheme == "dark"
             else "'wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'")
    kind = "rule" if scheme == "dark" else "tag"
    for violation in page.run(
            f"axe.run({{exclude: {json.dumps([[alike] for alike in ALIKE])}}}, {{runOnly: {{type: '{kind}', values: [{rules}]}}, resultTypes: ['violations']}})"
            ".then((r) => r.violations.map((v) => [v.id, v.help, v.nodes.length,"
            " v.nodes[0].html.slice(0, 160)]))"):
        expect(False, f"{name}: {violation}")


def without_scripts(browser, path, name):
    page = Page(browser)
    page.send("Emulation.setScriptExecutionDisabled", value=True)
    page.load(path)
    nodes = page.send("DOM.getDocument", depth=1)["root"]["nodeId"]

    def count(selector):
        found = page.send("DOM.querySelectorAll", nodeId=nodes, selector=selector)
        return len(found["nodeIds"])

    expect(count("#front-chart svg") == 1, f"{name}: a chart without scripts")
    expect(count("#explorer") == 0, f"{name}: no chooser without scripts")
    with open(path.removesuffix(".html") + ".json", encoding="utf-8") as data:
        trials = len(json.load(data)["trials"])
    expect(count("#trials tbody tr") == trials, f"{name}: all trials without scripts")
    expect(not page.errors(), f"{name}: {page.errors()} without scripts")
    page.close()


def check(browser, folder, file, axe, pictures, is_first):
    name, path = file.removesuffix(".html"), os.path.join(folder, file)
    page = Page(browser)
    page.load("/dev/null")
    before = page.worked()
    page.load(path)
    seconds = page.worked() - before
    most = OPEN_WITHIN.get(name)
    print(f"{name}: open after {seconds:.2f} CPU s, {os.path.getsize(path)} bytes", flush=True)
    expect(most is None or seconds < most, f"{name}: open only after {seconds:.2f} CPU s")
    expect(page.requests() == [], f"{name}: asks for {page.requests()}")
    with open(path.removesuffix(".html") + ".json", encoding="utf-8") as data:
        expect(json.loads(page.run("document.getElementById('front-json').textContent"))
               == json.load(data), f"{name}: its data are front.json")
    if page.run("typeof autodistill") != "object":
        expect(False, f"{name}: the script has ended: {page.errors()}")
        page.close()
        return
    if page.run("autodistill.front.students.length") > 0:
        explore(page, name)
        judgements(page, name)
    if is_first:
        check_dominance(page, folder)
    # The largest differs from the large one in its number of rows alone.
    if name != LARGEST:
        looks(page, name, axe if name in ACCESSIBLE else None)
    expect(not page.errors(), f"{name}: {page.errors()}")
    page.close()
    without_scripts(browser, path, name)
    if pictures and not name.startswith("large"):
        photograph(browser, path, name, pictures)


def check_markup(folder, file):
    """HTML validity by html5lib, where it is installed."""
    try:
        import html5lib
    except ImportError:
        return False
    with open(os.path.join(folder, file), "rb") as page:
        parser = html5lib.HTMLParser()
        parser.parse(page)
    for position, error, data in parser.errors[:5]:
        expect(False, f"{file}: HTML at {position}: {error} {data}")
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--axe")
    parser.add_argument("--pictures")
    options = parser.parse_args()
    axe = open(options.axe, encoding="utf-8").read() if options.axe else None
    if options.pictures:
        os.makedirs(options.pictures, exist_ok=True)
    files = sorted(name for name in os.listdir(options.folder) if name.endswith(".html"))
    expect(files, "there are pages")
    # html5lib takes longer for the largest than for all others, and it differs in its number of rows alone.
    is_valid = [check_markup(options.folder, file) for file in files if file != LARGEST + ".html"]
    print("HTML checked by html5lib" if all(is_valid) else "skipped: no html5lib to check HTML by")
    if axe:
        for name in ACCESSIBLE:
            expect(name + ".html" in files, f"there is a page {name} to check the accessibility of")
    else:
        print("skipped: no axe-core to check accessibility by")
    with Browser() as browser:
        for file in files:
            check(browser, options.folder, file, axe, options.pictures, file == files[0])
    print(f"{len(files)} pages, {len(failures)} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
