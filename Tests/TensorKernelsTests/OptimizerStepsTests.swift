import Foundation
import RandomStreams
import Testing

@testable import TensorKernels

@Suite("an optimiser's step")
struct OptimizerStepsTests {
  static let counts = [16, 48, 1600]

  /// Gradients of ten steps.
  private func gradients(_ count: Int) -> [[Float]] {
    var random = RandomStream(seed: 1, purpose: "gradients", count)
    return (0..<10).map { _ in random.floats(count) }
  }

  private func parameters(_ count: Int) -> [Float] {
    var random = RandomStream(seed: 2, purpose: "parameters", count)
    return random.floats(count)
  }

  @Test("of SGD is its formula, step after step", arguments: counts, [false, true])
  func sgd(count: Int, nesterov: Bool) {
    let (rate, momentum, decay, scale) = (0.05, 0.9, 0.01, 0.5)
    let start = parameters(count)
    let parameters = GuardedBuffer(updating: start)
    let velocity = GuardedBuffer(updating: [Float](repeating: 0, count: count))
    var p = start.doubles
    var v = [Double](repeating: 0, count: count)
    for gradient in gradients(count) {
      sgdStep(
        parameters: parameters.pointer, gradient: padded(gradient),
        velocity: velocity.pointer, count: count, rate: Float(rate), momentum: Float(momentum),
        decay: Float(decay), nesterov: nesterov, gradientScale: Float(scale))
      for i in 0..<count {
        let g = Double(gradient[i]) * scale
        v[i] = momentum * v[i] + g
        p[i] = p[i] - rate * (nesterov ? g + momentum * v[i] : v[i]) - rate * decay * p[i]
      }
    }
    parameters.expectGuards()
    velocity.expectGuards()
    // Ten steps of a few roundings of numbers up to 5.
    expectClose(velocity.values, v, within: 2e-6, "velocity")
    expectClose(parameters.values, p, within: 2e-6, "parameters")
  }

  @Test("of AdamW is its formula, step after step", arguments: counts, [0, 0.1])
  func adamW(count: Int, decay: Double) {
    let (rate, beta1, beta2, epsilon, scale) = (0.01, 0.9, 0.999, 1e-8, 0.25)
    let start = parameters(count)
    let parameters = GuardedBuffer(updating: start)
    let first = GuardedBuffer(updating: [Float](repeating: 0, count: count))
    let second = GuardedBuffer(updating: [Float](repeating: 0, count: count))
    var p = start.doubles
    var m = [Double](repeating: 0, count: count)
    var v = m
    for (index, gradient) in gradients(count).enumerated() {
      adamWStep(
        parameters: parameters.pointer, gradient: padded(gradient),
        first: first.pointer, second: second.pointer, count: count, rate: Float(rate),
        beta1: Float(beta1), beta2: Float(beta2), epsilon: Float(epsilon), decay: Float(decay),
        step: index + 1, gradientScale: Float(scale))
      for i in 0..<count {
        let g = Double(gradient[i]) * scale
        m[i] = beta1 * m[i] + (1 - beta1) * g
        v[i] = beta2 * v[i] + (1 - beta2) * g * g
        let mean = m[i] / (1 - pow(beta1, Double(index + 1)))
        let square = v[i] / (1 - pow(beta2, Double(index + 1)))
        p[i] = p[i] * (1 - rate * decay) - rate * mean / (square.squareRoot() + epsilon)
      }
    }
    for buffer in [parameters, first, second] { buffer.expectGuards() }
    expectClose(first.values, m, within: 2e-7, "first moment")
    // 1 − 0.999 in single precision is 5e-5 off, relatively; it cancels in the step, whose correction
    // is off by the same.
    expectClose(second.values, v, within: 1e-6, "second moment")
    expectClose(parameters.values, p, within: 4e-6, "parameters")
  }

  @Test("of AdamW moves every parameter by the rate at first, whatever the gradient's size")
  func firstAdamWStep() {
    let parameters = GuardedBuffer(updating: [Float](repeating: 0, count: 16))
    let moments = GuardedBuffer(updating: [Float](repeating: 0, count: 32))
    let gradient = (0..<16).map {
      Float(sign: $0 % 2 == 0 ? .plus : .minus, exponent: $0 - 8, significand: 1)
    }
    adamWStep(
      parameters: parameters.pointer, gradient: gradient, first: moments.pointer,
      second: moments.pointer + 16, count: 16, rate: 0.01, beta1: 0.9, beta2: 0.999,
      epsilon: 1e-8, decay: 0, step: 1, gradientScale: 1)
    expectClose(
      parameters.values, (0..<16).map { $0 % 2 == 0 ? -0.01 : 0.01 }, within: 1e-7)
  }

  @Test("can be scaled by the norm of the gradient", arguments: [16, 4096, 4112, 100_000])
  func squares(count: Int) {
    var random = RandomStream(seed: 3, purpose: "squares", count)
    let values = random.floats(count, in: -3...3)
    let expected = values.reduce(0.0) { $0 + Double($1) * Double($1) }
    // Up to 256 positive terms are summed in single precision, which rounds each sum by 2⁻²⁴.
    let sum = sumOfSquares(padded(values), count: count)
    #expect(abs(sum - expected) < 256 * 0x1p-24 * expected)
  }
}
