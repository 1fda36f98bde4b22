/// Which side of a bound is allowed; the bound itself is.
public enum BoundRelation: String, Hashable, Sendable, CaseIterable {
  case atMost = "<="
  case atLeast = ">="
}

/// A bound as people write it: `latency_ms<=2`, `accuracy >= 0.9`.
///
/// What names and numbers there may be is for the reader to say who knows what they mean.
public struct BoundText: Hashable, Sendable {
  /// Without blanks around it; may be empty.
  public let name: String
  public let relation: BoundRelation
  /// Not read yet; without blanks around it.
  public let number: String

  /// Splits a text into its bound, or into the two of a range such as `2<=latency_ms<=5`: the floor, then the
  /// ceiling. Nil if it is neither.
  public static func all(in text: String) -> [BoundText]? {
    for relation in BoundRelation.allCases {
      let parts = text.split(separator: relation.rawValue, omittingEmptySubsequences: false)
        .map(trimmed)
      if parts.count == 2 {
        return [BoundText(name: parts[0], relation: relation, number: parts[1])]
      }
      if parts.count == 3, relation == .atMost {
        return [
          BoundText(name: parts[1], relation: .atLeast, number: parts[0]),
          BoundText(name: parts[1], relation: .atMost, number: parts[2]),
        ]
      }
    }
    return nil
  }

  private static func trimmed(_ part: Substring) -> String {
    String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
