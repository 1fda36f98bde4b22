import FileFormats

/// A bound on a column of a table, such as `lat_raspi4<=20`.
public struct ColumnConstraint: Hashable, Sendable {
  public let column: String
  public let relation: BoundRelation
  /// In the column's unit; finite.
  public let bound: Double

  /// Reads a constraint such as `lat_raspi4<=20` or `params >= 1e5`.
  ///
  /// - Throws: `ReplayError.constraint`.
  public init(_ text: String) throws(ReplayError) {
    guard let read = BoundText.all(in: text), read.count == 1, !read[0].name.isEmpty else {
      throw .constraint(
        text: text, problem: "expected a column, <= or >=, and a number, such as lat_raspi4<=20")
    }
    guard let bound = DecimalNumber.value(of: read[0].number) else {
      throw .constraint(text: text, problem: "the bound '\(read[0].number)' is not a number")
    }
    (column, relation, self.bound) = (read[0].name, read[0].relation, bound)
  }

  /// Returns by how much a value breaks the bound, relative to it (absolutely, if it is 0); 0 if it
  /// keeps it.
  public func violation(of value: Double) -> Double {
    let excess = relation == .atMost ? value - bound : bound - value
    return excess > 0 ? min(excess / (bound == 0 ? 1 : abs(bound)), 1e12) : 0
  }
}

extension ColumnConstraint: CustomStringConvertible {
  /// The text that `init(_:)` reads.
  public var description: String { "\(column)\(relation.rawValue)\(bound)" }
}
