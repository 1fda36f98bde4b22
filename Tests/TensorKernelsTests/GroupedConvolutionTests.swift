import RandomStreams
import Testing

@testable import TensorKernels

@Suite("a grouped convolution")
struct GroupedConvolutionTests {
  private static func shape(
    _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, _ kernel: Int, _ stride: Int,
    groups: Int, images: Int = 2
  ) -> ReferenceConvolution {
    ReferenceConvolution(
      height: height, width: width, inputChannels: inputs, outputChannels: outputs,
      kernel: kernel, stride: stride, images: images, groups: groups)
  }

  /// Small enough for finite differences: every kernel, stride and kind of edge.
  static let smallShapes = [
    shape(1, 1, 2, 2, 1, 1, groups: 2), shape(5, 7, 4, 6, 1, 1, groups: 2),
    shape(4, 4, 10, 20, 1, 1, groups: 5), shape(5, 7, 6, 66, 1, 1, groups: 2),
    shape(6, 6, 34, 6, 1, 2, groups: 2), shape(7, 7, 8, 12, 1, 3, groups: 4),
    shape(5, 7, 6, 9, 3, 1, groups: 3), shape(6, 8, 4, 4, 3, 2, groups: 4),
    shape(6, 4, 3, 3, 3, 1, groups: 3, images: 1), shape(7, 5, 6, 4, 5, 2, groups: 2),
    shape(8, 6, 6, 38, 3, 3, groups: 2), shape(7, 9, 4, 6, 7, 1, groups: 2, images: 3),
    shape(5, 6, 3, 5, 3, 2, groups: 1), shape(5, 6, 3, 5, 1, 1, groups: 1),
  ]

  /// Every kernel and stride with the padding that depends on the parity of the sides.
  static let paddedShapes = [1, 3, 5, 7].flatMap { kernel in
    [1, 2, 3].flatMap { stride in
      [(6, 6), (6, 7), (7, 6), (7, 7), (2, 3)].map { height, width in
        ReferenceConvolution(
          height: height, width: width, inputChannels: 4, outputChannels: 6, kernel: kernel,
          stride: stride, images: 1, groups: 2, padding: .same)
      }
    }
  }

  static let largeShapes = [
    shape(32, 32, 16, 48, 1, 1, groups: 2, images: 1), shape(8, 8, 64, 112, 1, 1, groups: 2),
    shape(4, 4, 184, 352, 1, 1, groups: 2), shape(9, 6, 40, 12, 5, 2, groups: 4),
    shape(13, 29, 32, 96, 3, 1, groups: 2, images: 1), shape(15, 17, 12, 48, 3, 3, groups: 3),
    shape(6, 5, 96, 80, 1, 2, groups: 2), shape(5, 7, 62, 66, 3, 1, groups: 2),
  ]

  /// One convolution's operands.
  private struct Trial {
    let input: [Float]
    let weights: [Float]
    let bias: [Float]
    let gradient: [Float]
    let kernelShape: GroupedConvolutionShape

    init(_ shape: ReferenceConvolution, seed: UInt64) {
      var random = RandomStream(seed: seed, purpose: "grouped", shape.hashableSizes, shape.groups)
      kernelShape = GroupedConvolutionShape(
        height: shape.height, width: shape.width, inputChannels: shape.inputChannels,
        outputChannels: shape.outputChannels, kernel: shape.kernel, stride: shape.stride,
        padding: shape.kernelPadding, groups: shape.groups)
      input = random.floats(shape.inputCount)
      weights = random.floats(
        shape.kernel * shape.kernel * shape.inputChannels / shape.groups * shape.outputChannels)
      bias = random.floats(shape.outputChannels)
      gradient = random.floats(shape.outputCount)
    }
  }

  private func output(
    _ trial: Trial, _ shape: ReferenceConvolution, bias: [Float]? = nil
  ) -> [Float] {
    let output = GuardedBuffer(count: shape.outputCount)
    let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
    groupedConvolutionForward(
      padded(trial.input), padded(trial.weights), bias: bias.map(padded), into: output.pointer,
      scratch: scratch.pointer, images: shape.images, shape: trial.kernelShape)
    output.expectGuards()
    scratch.expectGuards("the scratch")
    return output.values
  }

  private func inputGradient(
    _ trial: Trial, _ shape: ReferenceConvolution, addingTo before: [Float]? = nil
  ) -> [Float] {
    let rearranged = GuardedBuffer(count: trial.weights.count)
    rearrangeForGroupedBackwardInput(
      padded(trial.weights), into: rearranged.pointer, shape: trial.kernelShape)
    rearranged.expectGuards("the rearranged weights")
    let output =
      before.map { GuardedBuffer(updating: $0) } ?? GuardedBuffer(count: shape.inputCount)
    let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
    groupedConvolutionBackwardInput(
      padded(trial.gradient), rearranged: rearranged.pointer, accumulate: before != nil,
      into: output.pointer, scratch: scratch.pointer, images: shape.images,
      shape: trial.kernelShape)
    output.expectGuards("the input's gradient")
    scratch.expectGuards("the scratch")
    return output.values
  }

  private func weightGradient(
    _ trial: Trial, _ shape: ReferenceConvolution, addingTo before: [Float]? = nil
  ) -> [Float] {
    let output = GuardedBuffer(
      updating: before ?? [Float](repeating: 0, count: trial.weights.count))
    let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
    groupedConvolutionBackwardWeights(
      padded(trial.input), padded(trial.gradient), addingTo: output.pointer,
      scratch: scratch.pointer, images: shape.images, shape: trial.kernelShape)
    output.expectGuards("the weights' gradient")
    scratch.expectGuards("the scratch")
    return output.values
  }

  @Test(
    "agrees with plain loops in double precision",
    arguments: smallShapes + largeShapes + paddedShapes)
  func forward(shape: ReferenceConvolution) {
    let trial = Trial(shape, seed: 1)
    #expect(trial.kernelShape.weightFloats == trial.weights.count)
    #expect(
      trial.kernelShape.outputPositions * trial.kernelShape.outputChannels * shape.images
        == shape.outputCount)
    let terms = shape.kernel * shape.kernel * shape.inputChannels / shape.groups
    for bias in [nil, trial.bias] {
      expectClose(
        output(trial, shape, bias: bias),
        shape.dense(trial.input.doubles, trial.weights.doubles, bias: bias?.doubles),
        within: roundingTolerance(terms: terms))
    }
  }

  @Test("has the gradients that finite differences give", arguments: smallShapes + paddedShapes)
  func gradients(shape: ReferenceConvolution) {
    let trial = Trial(shape, seed: 2)
    func loss(_ input: [Double], _ weights: [Double]) -> Double {
      dot(trial.gradient, shape.dense(input, weights))
    }
    let terms = shape.kernel * shape.kernel * shape.outputChannels / shape.groups
    expectGradient(
      inputGradient(trial, shape), of: { loss($0, trial.weights.doubles) }, at: trial.input,
      within: roundingTolerance(terms: terms), "input")
    expectGradient(
      weightGradient(trial, shape), of: { loss(trial.input.doubles, $0) }, at: trial.weights,
      within: roundingTolerance(terms: shape.outputCount / shape.outputChannels), "weights")
  }

  /// As for a dense convolution: ⟨g, conv(x, w)⟩ = ⟨x, gₓ⟩ = ⟨w, g_w⟩.
  @Test("has backward passes that are its adjoints", arguments: largeShapes)
  func adjoints(shape: ReferenceConvolution) {
    let trial = Trial(shape, seed: 3)
    let forward = shape.dense(trial.input.doubles, trial.weights.doubles)
    let expected = dot(trial.gradient, forward)
    let scale = dot(trial.gradient.map { abs($0) }, forward.map { abs($0) })
    let byInput = dot(trial.input, inputGradient(trial, shape).doubles)
    let byWeights = dot(trial.weights, weightGradient(trial, shape).doubles)
    #expect(abs(byInput - expected) < 1e-6 * scale)
    #expect(abs(byWeights - expected) < 1e-6 * scale)
  }

  @Test("adds its gradients to what was there", arguments: [(1, 1), (3, 1), (1, 2), (3, 2)])
  func accumulation(kernel: Int, stride: Int) {
    let shape = GroupedConvolutionTests.shape(5, 7, 6, 34, kernel, stride, groups: 2)
    let trial = Trial(shape, seed: 4)
    var random = RandomStream(seed: 4, purpose: "before", stride)
    for (run, count) in [
      (inputGradient, shape.inputCount), (weightGradient, trial.weights.count),
    ] {
      let before = random.floats(count)
      expectClose(
        run(trial, shape, before),
        zip(run(trial, shape, nil), before).map { Double($0) + Double($1) },
        within: roundingTolerance(terms: 9 * 17))
    }
  }

  @Test("in one group is the dense one, bit for bit", arguments: [(1, 1), (3, 1), (3, 2)])
  func oneGroup(kernel: Int, stride: Int) {
    let shape = GroupedConvolutionTests.shape(6, 7, 5, 37, kernel, stride, groups: 1)
    let trial = Trial(shape, seed: 5)
    let dense = ConvolutionShape(
      height: 6, width: 7, inputChannels: 5, outputChannels: 37,
      window: WindowSize(side: kernel), stride: stride)
    let expected = GuardedBuffer(count: shape.outputCount)
    let scratch = GuardedBuffer(count: dense.scratchFloats)
    convolutionForward(
      padded(trial.input), padded(trial.weights), bias: padded(trial.bias),
      into: expected.pointer, scratch: scratch.pointer, images: shape.images, shape: dense)
    #expect(output(trial, shape, bias: trial.bias) == expected.values)
  }
}
