/// Reads one node: checks it, and appends what it computes.
typealias OperatorRule = @Sendable (inout NodeReading) throws(Refusal) -> Void

/// The operators that are understood, by family; a family is a file.
enum OperatorTable {
  static let rules: [String: OperatorRule] = {
    let families = [
      elementwise, comparisons, views, shapes, gathering, windows, products, norms, reductions,
      resizing, quantization,
    ]
    var rules: [String: OperatorRule] = [:]
    for family in families { rules.merge(family) { first, _ in first } }
    return rules
  }()
}
