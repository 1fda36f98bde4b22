import Foundation

/// Returns why a text is not well-formed XML, or nil if it is: tags are balanced, attributes quoted and
/// unique, and every other `<` and `&` is escaped. What a script holds is HTML's raw text and ends at its first
/// end tag.
func complaintAboutXML(_ text: String) -> String? {
  var rest = Substring(text)
  if rest.hasPrefix("<!DOCTYPE html>") { rest = rest.dropFirst("<!DOCTYPE html>".count) }
  var open: [Substring] = []
  while let character = rest.first {
    if character == "&" {
      guard let entity = rest.prefixMatch(of: /&(amp|lt|gt|quot|#39);/) else {
        return "a bare & at: \(rest.prefix(40))"
      }
      rest = rest[entity.range.upperBound...]
    } else if character != "<" {
      rest = rest.dropFirst()
    } else if rest.hasPrefix("<script") {
      guard let end = rest.range(of: "</script>") else { return "a script that never ends" }
      rest = rest[end.upperBound...]
    } else if let tag = rest.prefixMatch(of: /<\/([a-z0-9]+)>/) {
      guard open.popLast() == tag.1 else { return "</\(tag.1)> closes nothing" }
      rest = rest[tag.range.upperBound...]
    } else if let tag = rest.prefixMatch(
      of: /<([a-z0-9]+)((?: [a-zA-Z][a-zA-Z0-9-]*="(?:[^"<&]|&(?:amp|lt|gt|quot|#39);)*")*)(\/?)>/)
    {
      let names = tag.2.matches(of: /\ ([a-zA-Z][a-zA-Z0-9-]*)="/).map(\.1)
      guard Set(names).count == names.count else { return "an attribute twice in <\(tag.1)>" }
      if tag.3.isEmpty { open.append(tag.1) }
      rest = rest[tag.range.upperBound...]
    } else {
      return "no tag at: \(rest.prefix(60))"
    }
  }
  return open.isEmpty ? nil : "never closed: \(open)"
}

extension String {
  /// A page without its scripts: what is seen where none run.
  var withoutScripts: String {
    let parts = components(separatedBy: "<script")
    return parts[0]
      + parts.dropFirst().map { part in
        part.range(of: "</script>").map { String(part[$0.upperBound...]) } ?? ""
      }.joined()
  }

  /// How often a text occurs.
  func count(of text: String) -> Int { components(separatedBy: text).count - 1 }
}
