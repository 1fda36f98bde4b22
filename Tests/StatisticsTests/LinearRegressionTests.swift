import Testing

@testable import Statistics

@Suite("linear regression")
struct LinearRegressionTests {
  private func expectEqual(
    _ found: [Double], _ expected: [Double], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    for (a, b) in zip(found, expected) {
      #expect(abs(a - b) < 1e-12, "\(found), not \(expected)", sourceLocation: sourceLocation)
    }
  }

  /// Slope 7 / 5, through the means 1.5 and 3.
  private let x: [Double] = [0, 1, 2, 3]
  private let y: [Double] = [1, 3, 2, 6]

  @Test("of one column is that by hand")
  func byHand() {
    let regression = LinearRegression(of: y, on: [x])
    expectEqual(regression.slopes, [1.4])
    #expect(abs(regression.prediction(at: [10]) - (3 + 1.4 * 8.5)) < 1e-12)
    expectEqual(LinearRegression.residuals(of: y, on: [x]), [0.1, 0.7, -1.7, 0.9])
  }

  @Test("recovers a linear function of correlated columns, far from zero")
  func exact() {
    let a: [Double] = [12, 12.5, 13, 13.2, 14]
    let b: [Double] = [9, 9.6, 10, 10.1, 11.3]
    let outputs = zip(a, b).map { 1000 + 3 * $0 - 2 * $1 }
    let regression = LinearRegression(of: outputs, on: [a, b])
    #expect(abs(regression.slopes[0] - 3) < 1e-9 && abs(regression.slopes[1] + 2) < 1e-9)
    // What is left is rounding, which must not be ranked.
    #expect(LinearRegression.residuals(of: outputs, on: [a, b]) == [0, 0, 0, 0, 0])
  }

  @Test("leaves out a column that is constant or made of those before it")
  func dependent() {
    let doubled = x.map { 2 * $0 + 7 }
    let constant = x.map { _ in 0.1 + 0.2 }
    let regression = LinearRegression(of: y, on: [constant, x, doubled])
    expectEqual(regression.slopes, [0, 1.4, 0])
    expectEqual(LinearRegression(of: [4], on: [[9], [1]]).slopes, [0, 0])
    #expect(LinearRegression(of: [4, 6], on: []).prediction(at: []) == 5)
  }

  @Test("leaves each output out of its own prediction")
  func leaveOneOut() {
    // Without the last: slope 0.5 through (1, 2). Without the first: 1.5 through (2, 11/3).
    let predictions = LinearRegression.leaveOneOutPredictions(of: y, on: [x])
    #expect(abs(predictions[3] - 3) < 1e-12)
    #expect(abs(predictions[0] - (11.0 / 3 - 3)) < 1e-12)
    var other = y
    other[2] = 1000
    #expect(LinearRegression.leaveOneOutPredictions(of: other, on: [x])[2] == predictions[2])
  }
}
