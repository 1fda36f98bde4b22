/// Returns p-values corrected for testing all of them: rejecting those below a level keeps the probability of any false
/// rejection below it.
///
/// Source: Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6(2),
/// 1979.
public func holmCorrected(_ pValues: [Double]) -> [Double] {
  var corrected = pValues
  var largest = 0.0
  let order = pValues.indices.sorted { (pValues[$0], $0) < (pValues[$1], $1) }
  for (rank, index) in order.enumerated() {
    largest = max(largest, min(1, Double(pValues.count - rank) * pValues[index]))
    corrected[index] = largest
  }
  return corrected
}

/// Returns p-values corrected for the number of different tests: where the same two students win within several budgets, that
/// is one test.
///
/// - Parameter tests: For each p-value what is tested; equal tests have equal p-values.
public func holmCorrected<Test: Hashable>(_ pValues: [Double], of tests: [Test]) -> [Double] {
  precondition(pValues.count == tests.count, "\(pValues.count) p-values of \(tests.count) tests")
  var places: [Test: Int] = [:]
  var different: [Double] = []
  for (test, pValue) in zip(tests, pValues) where places[test] == nil {
    places[test] = different.count
    different.append(pValue)
  }
  let corrected = holmCorrected(different)
  return tests.compactMap { test in places[test].map { corrected[$0] } }
}
