/// Columns of an encoding over which one factor of the kernel measures a distance.
struct FeatureBlock: Sendable {
  /// What the columns hold, and so how far two points are apart in them.
  enum Distance: Sendable {
    /// Numbers: the squared distance is the sum of the squared differences.
    case euclidean
    /// Codes: the squared distance counts the columns that differ.
    case hamming
  }

  /// How a distance becomes a correlation.
  enum Correlation: Sendable {
    /// Matérn-5/2: twice differentiable, for quantities.
    case matern
    /// exp(−½·r²); of Hamming distances it is the product over the columns.
    case exponential
  }

  let distance: Distance
  let correlation: Correlation
  let columns: Range<Int>
  /// For each column the length scale that it is divided by, counted over all blocks.
  let scaleOfColumn: [Int]
}

/// A summand of the kernel: a variance times the correlations of blocks.
struct KernelTerm: Sendable {
  /// What the term looks at, for tests and explanations.
  let name: String
  let blocks: [FeatureBlock]
  /// How much variance the term is expected to have, 1 being an equal share.
  let share: Double
}
