import Testing

@testable import BayesianOptimization

@Suite("the scale of measured values")
struct OutputScaleTests {
  @Test("has mean 0 and deviation 1 where no value stands out")
  func standard() {
    let values = [0.7, 0.8, 0.75, 0.72, 0.78]
    let scale = OutputScale(of: values)
    let standardized = values.map(scale.standardized)
    #expect(abs(standardized.reduce(0, +)) < 1e-12)
    #expect(abs(standardized.reduce(0) { $0 + $1 * $1 } / 5 - 1) < 1e-12)
    #expect(abs(scale.standardizedVariance(standardError: 0.01) - 0.0001 / 0.00136) < 1e-6)
  }

  @Test("keeps good students apart however badly another failed")
  func outlier() {
    let scale = OutputScale(of: [0.70, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, 0.1])
    let mild = OutputScale(of: [0.70, 0.71, 0.72, 0.73, 0.74, 0.75, 0.76, -50])
    #expect(scale.standardized(0.76) - scale.standardized(0.70) > 0.8)
    #expect(scale.standardized(0.1) == mild.standardized(-50))
  }

  @Test("leaves constant values finite")
  func constant() {
    #expect(OutputScale(of: [0.5, 0.5]).standardized(0.5) == 0)
    #expect(OutputScale(of: [0.5]).standardized(0.6).isFinite)
  }
}
