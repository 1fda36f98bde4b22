import Foundation
import TensorKernels
import Testing

@Suite("the Gaussian error linear unit")
struct GaussianLinearUnitTests {
  private func plain(_ x: Double) -> Double { 0.5 * x * erfc(-x / 2.0.squareRoot()) }

  @Test("is x·Φ(x), with its derivative, far out too")
  func definition() {
    let x = stride(from: Float(-12), through: 12, by: 0.37).map { $0 } + [0]
    let output = GuardedBuffer(count: x.count)
    geluForward(padded(x), into: output.pointer, count: x.count)
    output.expectGuards()
    let gradient = GuardedBuffer(count: x.count)
    geluBackward(
      padded(x), gradient: padded([Float](repeating: 2, count: x.count)), into: gradient.pointer,
      count: x.count)
    gradient.expectGuards()
    for (i, z) in x.doubles.enumerated() {
      #expect(abs(Double(output.values[i]) - plain(z)) < 5e-7 * max(1, abs(z)))
      let slope = (plain(z + 1e-5) - plain(z - 1e-5)) / 2e-5
      #expect(abs(Double(gradient.values[i]) - 2 * slope) < 3e-6)
    }
  }
}
