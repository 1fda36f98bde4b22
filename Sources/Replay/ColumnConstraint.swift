/// A bound on a column of a table, such as `lat_raspi4<=20`.
public struct ColumnConstraint: Hashable, Sendable {
  /// Which side of the bound is allowed; the bound itself is.
  public enum Relation: String, Hashable, Sendable, CaseIterable {
    case atMost = "<="
    case atLeast = ">="
  }

  public let column: String
  public let relation: Relation
  /// In the column's unit; finite.
  public let bound: Double

  /// Reads a constraint such as `lat_raspi4<=20` or `params >= 1e5`.
  ///
  /// - Throws: `ReplayError.constraint`.
  public init(_ text: String) throws(ReplayError) {
    for relation in Relation.allCases {
      guard let sign = text.firstRange(of: relation.rawValue) else { continue }
      let column = ColumnConstraint.trimmed(text[..<sign.lowerBound])
      let number = ColumnConstraint.trimmed(text[sign.upperBound...])
      guard !column.isEmpty else { break }
      guard let bound = Double(number), bound.isFinite else {
        throw .constraint(text: text, problem: "the bound '\(number)' is not a number")
      }
      (self.column, self.relation, self.bound) = (column, relation, bound)
      return
    }
    throw .constraint(
      text: text, problem: "expected a column, <= or >=, and a number, such as lat_raspi4<=20")
  }

  /// Returns by how much a value breaks the bound, relative to it (absolutely, if it is 0); 0 if it
  /// keeps it.
  public func violation(of value: Double) -> Double {
    let excess = relation == .atMost ? value - bound : bound - value
    return excess > 0 ? min(excess / (bound == 0 ? 1 : abs(bound)), 1e12) : 0
  }

  private static func trimmed(_ part: Substring) -> String {
    String(part.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}

extension ColumnConstraint: CustomStringConvertible {
  /// The text that `init(_:)` reads.
  public var description: String { "\(column)\(relation.rawValue)\(bound)" }
}
