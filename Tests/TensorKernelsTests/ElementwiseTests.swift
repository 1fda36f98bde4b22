import RandomStreams
import Testing

@testable import TensorKernels

@Suite("an elementwise pass")
struct ElementwiseTests {
  static let counts = [1, 3, 15, 16, 17, 31, 32, 33, 100, 257]

  private func smoothFloats(_ random: inout RandomStream, _ count: Int) -> [Float] {
    (0..<count).map { _ in
      var value = Float.nan
      repeat { value = random.floats(1, in: -5...8)[0] } while !isSmooth([Double(value)])
      return value
    }
  }

  @Test("adds and writes nothing else", arguments: counts)
  func addition(count: Int) {
    var random = RandomStream(seed: 1, purpose: "add", count)
    let values = random.floats(count)
    let before = random.floats(count)
    let output = GuardedBuffer(updating: before)
    add(padded(values), to: output.pointer, count: count)
    output.expectGuards(padding: 15)
    #expect(output.values == zip(values, before).map { $1 + $0 })
  }

  @Test("activates a sum, in place or not", arguments: counts, Activation.allCases)
  func activation(count: Int, activation: Activation) {
    var random = RandomStream(seed: 2, purpose: "activate", count)
    let values = random.floats(count, in: -5...8)
    for addend in [nil, random.floats(count)] {
      let expected = values.indices.map {
        referenceActivation(activation, Double(values[$0]) + Double(addend?[$0] ?? 0))
      }
      let separate = GuardedBuffer(count: count)
      activate(
        padded(values), addend: addend.map(padded), activation: activation,
        into: separate.pointer, count: count)
      let inPlace = GuardedBuffer(updating: values)
      activate(
        inPlace.pointer, addend: addend.map(padded), activation: activation,
        into: inPlace.pointer, count: count)
      for output in [separate, inPlace] {
        output.expectGuards(padding: 15)
        // z is up to 9, rounded by the addition and again by two products.
        expectClose(output.values, expected, within: 4e-6)
      }
    }
  }

  @Test("has the gradients that finite differences give", arguments: counts, Activation.allCases)
  func gradients(count: Int, activation: Activation) {
    var random = RandomStream(seed: 3, purpose: "activate backward", count)
    let sums = smoothFloats(&random, count)
    let addend = random.floats(count)
    let values = zip(sums, addend).map { $0 - $1 }
    let gradient = random.floats(count)
    for hasAddend in [false, true] {
      let point = hasAddend ? values : sums
      let output = GuardedBuffer(updating: gradient)
      activateBackward(
        padded(point), addend: hasAddend ? padded(addend) : nil,
        activation: activation, gradient: output.pointer, count: count)
      output.expectGuards(padding: 15)
      func loss(_ values: [Double]) -> Double {
        dot(
          gradient,
          values.indices.map {
            referenceActivation(activation, values[$0] + (hasAddend ? Double(addend[$0]) : 0))
          })
      }
      expectGradient(output.values, of: loss, at: point, within: 2e-6, "values")
    }
  }
}
