import RandomStreams
import Testing

@testable import TensorKernels

@Suite("the channel gate")
struct ChannelGateTests {
  struct Sizes: Hashable, Sendable {
    var images: Int
    var positions: Int
    var channels: Int
    var count: Int { images * positions * channels }
  }

  static let sizes = [
    Sizes(images: 1, positions: 1, channels: 1), Sizes(images: 3, positions: 35, channels: 5),
    Sizes(images: 2, positions: 9, channels: 17), Sizes(images: 2, positions: 4, channels: 96),
  ]

  @Test("is a hard sigmoid with its gradient, zero where it is saturated", arguments: [1, 17, 100])
  func gateFunction(count: Int) {
    var random = RandomStream(seed: 1, purpose: "gate", count)
    let values = random.floats(count, in: -5...5).map { isSmooth([Double($0)]) ? $0 : 1 }
    let gate = GuardedBuffer(updating: values)
    hardSigmoid(gate.pointer, count: count)
    gate.expectGuards()
    expectClose(gate.values, values.map { referenceHardSigmoid(Double($0)) }, within: 2e-7)

    let upstream = random.floats(count)
    let gradient = GuardedBuffer(updating: upstream)
    hardSigmoidBackward(gate.pointer, gradient: gradient.pointer, count: count)
    gradient.expectGuards()
    expectGradient(
      gradient.values, of: { dot(upstream, $0.map(referenceHardSigmoid)) }, at: values,
      within: 1e-7, "gate")
  }

  @Test("is exactly 0 and 1 at −3 and 3, and flat there")
  func saturation() {
    let gate = GuardedBuffer(updating: [-3, 3, -100, 100])
    hardSigmoid(gate.pointer, count: 4)
    #expect(gate.values == [0, 1, 0, 1])
    let gradient = GuardedBuffer(updating: [1, 1, 1, 1])
    hardSigmoidBackward(gate.pointer, gradient: gradient.pointer, count: 4)
    #expect(gradient.values == [0, 0, 0, 0])
  }

  private func scaled(_ input: [Double], _ gate: [Double], _ sizes: Sizes) -> [Double] {
    input.indices.map { i in
      let image = i / (sizes.positions * sizes.channels)
      return input[i] * gate[image * sizes.channels + i % sizes.channels]
    }
  }

  @Test("scales each image's channels", arguments: sizes)
  func forward(sizes: Sizes) {
    var random = RandomStream(seed: 2, purpose: "gate", sizes.count)
    let input = random.floats(sizes.count)
    let gate = random.floats(sizes.images * sizes.channels, in: 0...1)
    let output = GuardedBuffer(count: sizes.count)
    scaleChannels(
      padded(input), gate: padded(gate), into: output.pointer,
      images: sizes.images, positions: sizes.positions, channels: sizes.channels)
    output.expectGuards()
    expectClose(output.values, scaled(input.doubles, gate.doubles, sizes), within: 1e-7)
  }

  /// The gate depends on the input through its mean; `offset` carries that share, so the function whose
  /// gradient is computed is ⟨g, x·gate⟩ + Σ offset·x.
  @Test("has the gradients that finite differences give, in place or not", arguments: sizes)
  func gradients(sizes: Sizes) {
    var random = RandomStream(seed: 3, purpose: "gate", sizes.count)
    let input = random.floats(sizes.count)
    let gate = random.floats(sizes.images * sizes.channels, in: 0...1)
    let offset = random.floats(sizes.images * sizes.channels)
    let upstream = random.floats(sizes.count)
    let ones = [Double](repeating: 1, count: sizes.count)
    func loss(_ input: [Double], _ gate: [Double]) -> Double {
      let shares = scaled(input, offset.doubles, sizes)
      return dot(upstream, scaled(input, gate, sizes)) + zip(ones, shares).reduce(0) { $0 + $1.1 }
    }
    let gateGradientBuffer = GuardedBuffer(count: gate.count)
    gateGradient(
      padded(input), padded(upstream),
      into: gateGradientBuffer.pointer, images: sizes.images, positions: sizes.positions,
      channels: sizes.channels)
    gateGradientBuffer.expectGuards()
    expectGradient(
      gateGradientBuffer.values, of: { loss(input.doubles, $0) }, at: gate,
      within: roundingTolerance(terms: sizes.positions), "gate")

    let inPlace = GuardedBuffer(updating: upstream)
    let separate = GuardedBuffer(count: sizes.count)
    let operand = GuardedBuffer(updating: upstream)
    for (gradient, output) in [(inPlace, inPlace), (operand, separate)] {
      gateBackwardInput(
        gradient.pointer, gate: padded(gate),
        offset: padded(offset), into: output.pointer, images: sizes.images,
        positions: sizes.positions, channels: sizes.channels)
      output.expectGuards()
      expectGradient(
        output.values, of: { loss($0, gate.doubles) }, at: input,
        within: roundingTolerance(terms: 1), "input")
    }
  }
}
