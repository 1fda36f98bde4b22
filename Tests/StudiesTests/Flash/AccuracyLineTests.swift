import Testing

@testable import Studies

@Suite("the line from a rung to the end")
struct AccuracyLineTests {
  @Test("is found exactly where there is one, and its errors grow with the distance")
  func line() throws {
    // final = 0.5 + 0.5 · rung, without noise.
    let pairs = [0.5, 0.6, 0.7, 0.8].map { (shorter: $0, longer: 0.5 + 0.5 * $0) }
    let line = try #require(AccuracyLine(pairs))
    #expect(line.residualDeviation < 1e-12)
    for rung in [0.2, 0.65, 0.9] {
      #expect(abs(line.prediction(at: rung).accuracy - (0.5 + 0.5 * rung)) < 1e-12)
    }
  }

  @Test("has the slope, residual deviation and standard errors of least squares")
  func leastSquares() throws {
    // Means 0.25 and 0.52, slope Σxy/Σx² = 0.06/0.05, residuals 0.02, −0.02, −0.02 and 0.02.
    let line = try #require(
      AccuracyLine([(0.1, 0.36), (0.2, 0.44), (0.3, 0.56), (0.4, 0.72)]))
    let deviation = (0.0016 / 2).squareRoot()
    #expect(abs(line.residualDeviation - deviation) < 1e-12)
    let (accuracy, error) = line.prediction(at: 0.2)
    #expect(abs(accuracy - 0.46) < 1e-12)
    #expect(abs(error - deviation * (1.25 + 0.0025 / 0.05).squareRoot()) < 1e-12)
    #expect(line.prediction(at: -0.5).standardError > error)
    #expect(line.prediction(at: 0.25).standardError > line.residualDeviation)
  }

  @Test("is none for fewer than four trainings")
  func tooFew() {
    #expect(AccuracyLine([(0.1, 0.3), (0.2, 0.4), (0.3, 0.5)]) == nil)
  }

  @Test("is level where it would fall, or where all were equal at the rung")
  func level() throws {
    let falling = try #require(
      AccuracyLine([(0.1, 0.8), (0.2, 0.7), (0.3, 0.6), (0.4, 0.5)]))
    #expect(abs(falling.prediction(at: 0.1).accuracy - 0.65) < 1e-12)
    let equal = try #require(AccuracyLine([(0.1, 0.5), (0.1, 0.6), (0.1, 0.6), (0.1, 0.7)]))
    let (accuracy, error) = equal.prediction(at: 0.9)
    #expect(abs(accuracy - 0.6) < 1e-12 && error.isFinite && error > 0)
  }

  @Test("never predicts more than all right or less than none")
  func clamped() throws {
    let line = try #require(AccuracyLine([(0.1, 0.3), (0.2, 0.5), (0.3, 0.7), (0.4, 0.9)]))
    #expect(line.prediction(at: 0.9).accuracy == 1 && line.prediction(at: -0.9).accuracy == 0)
  }
}
