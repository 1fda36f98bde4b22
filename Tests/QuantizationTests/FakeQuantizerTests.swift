import DeployedModels
import IntegerInference
import RandomStreams
import Testing

@testable import Quantization

@Suite("rounding in training")
struct FakeQuantizerTests {
  @Test("has the surrogate gradients of its formulas", arguments: [5, 64, 5000])
  func gradients(count: Int) {
    var stream = RandomStream(seed: 3, purpose: "values")
    let quantization = TensorQuantization(activationsIn: ValueRange(low: -0.7, high: 1.3))
    let quantizer = FakeQuantizer(quantization)
    let values = (0..<count).map { _ in Float(1.2 * stream.normal()) }
    let gradient = (0..<count).map { _ in Float(stream.normal()) }

    // The formulas of FakeQuantizer.swift, in double precision.
    let (scale, zero) = (Double(quantization.scale), Double(quantization.zeroPoint))
    var expected = [Double](repeating: 0, count: count)
    var (low, high) = (0.0, 0.0)
    for place in 0..<count {
      let (exact, own) = (Double(values[place]) / scale, Double(gradient[place]))
      let whole = exact.rounded(.toNearestOrEven)
      if whole < -128 - zero {
        low += own
      } else if whole > 127 - zero {
        high += own
      } else {
        expected[place] = own
        low -= own * (whole - exact) / 255
        high += own * (whole - exact) / 255
      }
    }
    var result = gradient
    let bounds = result.withUnsafeMutableBufferPointer {
      quantizer.backward(values, $0.baseAddress!, count: count)
    }
    #expect(zip(result, expected).allSatisfy { Double($0) == $1 })
    #expect(abs(bounds.low - low) <= 1e-4 * max(1, abs(low)))
    #expect(abs(bounds.high - high) <= 1e-4 * max(1, abs(high)))
  }

  @Test("rounds as the conversion does")
  func rounding() {
    for range in [ValueRange(low: -0.7, high: 1.3), ValueRange(low: 0, high: 6)] {
      let quantization = TensorQuantization(activationsIn: range)
      let values = (-100...800).map { Float($0) * 0.01 }
      var rounded = values
      rounded.withUnsafeMutableBufferPointer {
        Rounding(quantization).apply(values, into: $0.baseAddress!, count: values.count)
      }
      for (value, result) in zip(values, rounded) {
        #expect(result == quantization.value(of: quantization.integer(of: value)))
      }
    }
  }

  /// At the bounds themselves rounding is exact, so that what a bound does is what the formula says.
  @Test("gives the bounds the whole gradient of values beyond them")
  func beyond() {
    let quantization = TensorQuantization(activationsIn: ValueRange(low: -1, high: 1.55))
    var gradient: [Float] = [2, 3, 5]
    let bounds = gradient.withUnsafeMutableBufferPointer {
      FakeQuantizer(quantization).backward([-9, 0, 9], $0.baseAddress!, count: 3)
    }
    #expect(bounds.low == 2 && bounds.high == 5)
    #expect(gradient == [0, 3, 0])
  }
}
