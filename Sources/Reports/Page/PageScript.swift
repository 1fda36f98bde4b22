/// The script of the page: plain ES2020 without modules, libraries or requests.
///
/// Without it the page says the same. With it the front's axes can be chosen, students be named and pinned, and
/// tables be sorted and filtered.
enum PageScript {
  static let source =
    "\"use strict\";\n(() => {\n"
    + [data, scales, marks, chart, drawing, controls, pointer, brush, tables, start]
    .joined(separator: "\n\n") + "\n})();"
}
