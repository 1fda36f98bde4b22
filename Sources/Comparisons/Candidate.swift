/// A student as judgements see it: how accurate it is and what it costs.
public struct Candidate: Hashable, Sendable {
  /// On the validation split, by which students are chosen.
  public var accuracy: MeasuredAccuracy
  /// Lower is better; in the same order for all students.
  public var costs: [Double]

  public init(accuracy: MeasuredAccuracy, costs: [Double]) {
    (self.accuracy, self.costs) = (accuracy, costs)
  }

  /// Accuracy and costs, all to be maximised.
  public var objectives: [Double] { [accuracy.mean] + costs.map(-) }

  /// Whether it costs no more than another by any cost.
  public func costsNoMore(than other: Candidate) -> Bool {
    zip(costs, other.costs).allSatisfy { $0 <= $1 }
  }
}

/// Returns the index of the highest accuracy; of several the first, so that students in the order of their costs give
/// the cheapest. Nil if there are none.
public func bestIndex(of accuracies: some Sequence<Double>) -> Int? {
  var best: (index: Int, accuracy: Double)?
  for (index, accuracy) in accuracies.enumerated() {
    if let known = best, known.accuracy >= accuracy { continue }
    best = (index, accuracy)
  }
  return best?.index
}
