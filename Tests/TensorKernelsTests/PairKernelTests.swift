import Foundation
import Testing

@testable import TensorKernels

@Suite("a kernel of two vectors")
struct PairKernelTests {
  @Test(
    "is summed over products and leaves its slopes",
    arguments: [
      PairKernel.linear, .polynomial(degree: 2, offset: 0), .polynomial(degree: 3, offset: 0.5),
      .gaussian(variance: 0.7),
    ], [1, 16, 37])
  func definition(kernel: PairKernel, count: Int) {
    func value(_ p: Double) -> Double {
      switch kernel {
      case .linear: p
      case .polynomial(let degree, let offset): pow(p + Double(offset), Double(degree))
      case .gaussian(let variance): exp((p - 1) / Double(variance))
      }
    }
    let products = (0..<count).map { Float($0 % 11) / 5 - 1 }
    let buffer = GuardedBuffer(updating: products)
    let sum = applyKernel(kernel, buffer.pointer, factor: 3, count: count)
    buffer.expectGuards()
    #expect(abs(sum - products.reduce(0) { $0 + value(Double($1)) }) < 1e-5 * Double(count))
    for (p, slope) in zip(products, buffer.values) {
      let expected = 3 * (value(Double(p) + 1e-5) - value(Double(p) - 1e-5)) / 2e-5
      #expect(abs(Double(slope) - expected) < 2e-5 * max(1, abs(expected)))
    }
  }
}
