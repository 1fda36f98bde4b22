import Testing

@testable import Statistics

@Suite("a line by least squares")
struct LineFitTests {
  @Test("has the slope, residual deviation and standard errors of the textbook")
  func leastSquares() {
    // Means 2.5 and 5.2, slope Σxy/Σx² = 6/5, residuals 0.2, −0.2, −0.2 and 0.2.
    let line = LineFit(of: [3.6, 4.4, 5.6, 7.2], on: [1, 2, 3, 4])
    let deviation = (0.16 / 2).squareRoot()
    #expect(abs(line.slope - 1.2) < 1e-12 && abs(line.residualDeviation - deviation) < 1e-12)
    let (output, error) = line.prediction(at: 2)
    #expect(abs(output - 4.6) < 1e-12)
    #expect(abs(error - deviation * (1.25 + 0.25 / 5).squareRoot()) < 1e-12)
    #expect(line.prediction(at: -5).standardError > error)
  }

  @Test("falls where the outputs do, unless a least slope forbids it")
  func leastSlope() {
    let (outputs, inputs) = ([8.0, 7, 6, 5], [1.0, 2, 3, 4])
    let falling = LineFit(of: outputs, on: inputs)
    #expect(abs(falling.slope + 1) < 1e-12 && falling.residualDeviation < 1e-12)
    let level = LineFit(of: outputs, on: inputs, leastSlope: 0)
    #expect(level.slope == 0 && level.prediction(at: 1).output == 6.5)
    // 1.5² + 0.5² + 0.5² + 1.5² over two degrees of freedom.
    #expect(abs(level.residualDeviation - 2.5.squareRoot()) < 1e-12)
  }

  @Test("is level, with finite errors, where all inputs are equal")
  func equalInputs() {
    let line = LineFit(of: [5, 6, 6, 7], on: [1, 1, 1, 1])
    let (output, error) = line.prediction(at: 9)
    #expect(line.slope == 0 && output == 6 && error.isFinite && error > 0)
  }
}
