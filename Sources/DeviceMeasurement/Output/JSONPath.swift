import FileFormats

/// Where in a JSON text something stands: `results[0].median`, `runs[*].latency_ms`, `["a name"]`.
struct JSONPath: Hashable {
  enum Step: Hashable {
    case member(String)
    case element(Int)
    /// Every element of an array.
    case all
  }

  let steps: [Step]

  /// Reads a path; a `$` before it, as others write it, is dropped.
  ///
  /// - Returns: Nil for what is no path.
  init?(_ text: String) {
    var steps: [Step] = []
    var rest = Substring(text)
    if rest.first == "$" { rest.removeFirst() }
    if rest.first == "." { rest.removeFirst() }
    var expectsMember = !rest.isEmpty && rest.first != "["
    while !rest.isEmpty {
      if expectsMember {
        let name = rest.prefix { $0 != "." && $0 != "[" }
        guard !name.isEmpty else { return nil }
        steps.append(.member(String(name)))
        rest = rest.dropFirst(name.count)
      } else {
        guard rest.first == "[", let end = rest.firstIndex(of: "]") else { return nil }
        let inside = rest[rest.index(after: rest.startIndex)..<end]
        if inside == "*" {
          steps.append(.all)
        } else if let index = Int(inside), index >= 0 {
          steps.append(.element(index))
        } else if inside.count > 2, let quote = inside.first, "\"'".contains(quote),
          inside.last == quote
        {
          steps.append(.member(String(inside.dropFirst().dropLast())))
        } else {
          return nil
        }
        rest = rest[rest.index(after: end)...]
      }
      expectsMember = rest.first == "."
      if expectsMember {
        rest.removeFirst()
        if rest.isEmpty { return nil }
      }
    }
    guard !steps.isEmpty else { return nil }
    self.steps = steps
  }

  /// The name of the member that the path ends at, by which a unit may be known.
  var lastName: String? {
    for step in steps.reversed() { if case .member(let name) = step { return name } }
    return nil
  }

  /// Returns the values that stand there; none if there is nothing.
  func values(in value: JSONValue) -> [JSONValue] {
    steps.reduce([value]) { values, step in
      values.flatMap { value -> [JSONValue] in
        switch (step, value) {
        case (.member(let name), .object(let members)):
          members.filter { $0.name == name }.map(\.value)
        case (.element(let index), .array(let elements)):
          elements.indices.contains(index) ? [elements[index]] : []
        case (.all, .array(let elements)): elements
        default: []
        }
      }
    }
  }
}
