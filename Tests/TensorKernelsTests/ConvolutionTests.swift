import RandomStreams
import Testing

@testable import TensorKernels

@Suite("a dense convolution")
struct ConvolutionTests {
  private static func shape(
    _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, _ kernel: Int, _ stride: Int,
    images: Int = 2
  ) -> ReferenceConvolution {
    ReferenceConvolution(
      height: height, width: width, inputChannels: inputs, outputChannels: outputs,
      kernel: kernel, stride: stride, images: images)
  }

  /// Small enough for finite differences: every kernel, stride and kind of edge.
  static let smallShapes = [
    shape(1, 1, 1, 1, 1, 1), shape(1, 1, 3, 5, 3, 1), shape(1, 1, 5, 3, 7, 2),
    shape(5, 7, 1, 12, 3, 1), shape(5, 7, 3, 17, 3, 2), shape(6, 8, 5, 8, 3, 2),
    shape(6, 4, 8, 3, 5, 1), shape(7, 5, 3, 16, 5, 2), shape(7, 9, 2, 5, 7, 1),
    shape(8, 6, 3, 3, 7, 3), shape(5, 7, 12, 24, 1, 1), shape(5, 7, 8, 33, 1, 2),
    shape(6, 6, 17, 5, 1, 2), shape(7, 7, 4, 6, 1, 3), shape(6, 7, 3, 5, 3, 3),
    shape(2, 15, 3, 31, 3, 1, images: 1), shape(5, 3, 16, 16, 3, 1, images: 3),
  ]

  /// Every kernel, stride, padding and parity of the sides, and sides smaller than the window.
  static let paddedShapes = ReferencePadding.allCases.flatMap { padding in
    [1, 3, 5, 7].flatMap { kernel in
      [1, 2, 3].flatMap { stride in
        [(6, 6), (6, 7), (7, 6), (7, 7), (2, 3), (1, 8)].map { height, width in
          ReferenceConvolution(
            height: height, width: width, inputChannels: 2, outputChannels: 3, kernel: kernel,
            stride: stride, images: 1, padding: padding)
        }
      }
    }
  }

  /// Windows that are not square, and of even sides.
  static let rectangles = [
    (49, 10, 10, 4, 2), (8, 6, 10, 4, 1), (7, 5, 2, 2, 2), (6, 8, 4, 3, 2), (9, 4, 1, 5, 3),
    (5, 5, 4, 6, 1), (12, 3, 3, 1, 2), (4, 9, 2, 8, 3), (1, 7, 4, 4, 2),
  ].map { height, width, kernel, columns, stride in
    ReferenceConvolution(
      height: height, width: width, inputChannels: 2, outputChannels: 5, kernel: kernel,
      stride: stride, padding: .same, kernelWidth: columns)
  }

  static let largeShapes = [
    shape(5, 7, 31, 33, 3, 1), shape(7, 5, 33, 40, 3, 2), shape(4, 6, 48, 24, 5, 1),
    shape(9, 6, 40, 12, 5, 2), shape(3, 4, 96, 48, 3, 1), shape(5, 5, 24, 96, 3, 2),
    shape(9, 9, 12, 31, 7, 1), shape(15, 17, 3, 16, 3, 2), shape(28, 28, 1, 12, 3, 2),
    shape(10, 11, 17, 17, 3, 3), shape(13, 29, 8, 16, 3, 1, images: 1), shape(6, 5, 96, 40, 1, 2),
  ]

  /// One convolution's operands.
  private struct Trial {
    let input: [Float]
    let weights: [Float]
    let bias: [Float]
    let gradient: [Float]
    let kernelShape: ConvolutionShape

    init(_ shape: ReferenceConvolution, seed: UInt64) {
      var random = RandomStream(seed: seed, purpose: "convolution", shape.hashableSizes)
      input = random.floats(shape.inputCount)
      weights = random.floats(
        shape.taps * shape.inputChannels * shape.outputChannels)
      bias = random.floats(shape.outputChannels)
      gradient = random.floats(shape.outputCount)
      kernelShape = ConvolutionShape(
        height: shape.height, width: shape.width, inputChannels: shape.inputChannels,
        outputChannels: shape.outputChannels,
        window: WindowSize(height: shape.kernel, width: shape.columns), stride: shape.stride,
        padding: shape.kernelPadding)
    }
  }

  @Test("knows its sizes", arguments: smallShapes + largeShapes + paddedShapes + rectangles)
  func sizes(shape: ReferenceConvolution) {
    let trial = Trial(shape, seed: 0)
    #expect(trial.kernelShape.outputHeight == shape.outputHeight)
    #expect(trial.kernelShape.outputWidth == shape.outputWidth)
    #expect(trial.kernelShape.weightFloats == trial.weights.count)
  }

  @Test(
    "agrees with six plain loops",
    arguments: smallShapes + largeShapes + paddedShapes + rectangles)
  func forward(shape: ReferenceConvolution) {
    let trial = Trial(shape, seed: 1)
    for bias in [nil, trial.bias] {
      let output = GuardedBuffer(count: shape.outputCount)
      let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
      convolutionForward(
        padded(trial.input), padded(trial.weights),
        bias: bias.map(padded), into: output.pointer, scratch: scratch.pointer,
        images: shape.images, shape: trial.kernelShape)
      output.expectGuards()
      scratch.expectGuards("the scratch")
      expectClose(
        output.values,
        shape.dense(trial.input.doubles, trial.weights.doubles, bias: bias?.doubles),
        within: roundingTolerance(terms: shape.taps * shape.inputChannels))
    }
  }

  private func inputGradient(
    _ trial: Trial, _ shape: ReferenceConvolution, addingTo before: [Float]? = nil
  ) -> [Float] {
    let rearranged = GuardedBuffer(count: trial.weights.count)
    rearrangeForBackwardInput(
      padded(trial.weights), into: rearranged.pointer, shape: trial.kernelShape)
    rearranged.expectGuards("the rearranged weights")
    let output =
      before.map { GuardedBuffer(updating: $0) } ?? GuardedBuffer(count: shape.inputCount)
    let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
    convolutionBackwardInput(
      padded(trial.gradient), rearranged: rearranged.pointer,
      accumulate: before != nil, into: output.pointer, scratch: scratch.pointer,
      images: shape.images, shape: trial.kernelShape)
    output.expectGuards("the input's gradient")
    scratch.expectGuards("the scratch")
    return output.values
  }

  @Test(
    "has the gradients that finite differences give",
    arguments: smallShapes + paddedShapes + rectangles)
  func gradients(shape: ReferenceConvolution) {
    let trial = Trial(shape, seed: 2)
    func loss(_ input: [Double], _ weights: [Double]) -> Double {
      dot(trial.gradient, shape.dense(input, weights))
    }
    expectGradient(
      inputGradient(trial, shape), of: { loss($0, trial.weights.doubles) }, at: trial.input,
      within: roundingTolerance(terms: shape.taps * shape.outputChannels),
      "input")

    let weightGradient = GuardedBuffer(
      updating: [Float](repeating: 0, count: trial.weights.count))
    let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
    convolutionBackwardWeights(
      padded(trial.input), padded(trial.gradient),
      addingTo: weightGradient.pointer, scratch: scratch.pointer, images: shape.images,
      shape: trial.kernelShape)
    weightGradient.expectGuards("the weights' gradient")
    scratch.expectGuards("the scratch")
    expectGradient(
      weightGradient.values, of: { loss(trial.input.doubles, $0) }, at: trial.weights,
      within: roundingTolerance(terms: shape.outputCount / shape.outputChannels), "weights")
  }

  /// A convolution is linear in its input and in its weights, so ⟨g, conv(x, w)⟩ = ⟨x, gₓ⟩ = ⟨w, g_w⟩
  /// without any finite difference.
  @Test("has backward passes that are its adjoints", arguments: largeShapes)
  func adjoints(shape: ReferenceConvolution) {
    let trial = Trial(shape, seed: 3)
    let forward = shape.dense(trial.input.doubles, trial.weights.doubles)
    let expected = dot(trial.gradient, forward)
    let byInput = dot(trial.input, inputGradient(trial, shape).doubles)
    let weightGradient = GuardedBuffer(
      updating: [Float](repeating: 0, count: trial.weights.count))
    let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
    convolutionBackwardWeights(
      padded(trial.input), padded(trial.gradient),
      addingTo: weightGradient.pointer, scratch: scratch.pointer, images: shape.images,
      shape: trial.kernelShape)
    let byWeights = dot(trial.weights, weightGradient.values.doubles)
    // The inner products' own terms are in [−1, 1] times a gradient of some tens; errors of 1e-6
    // relative in each add up as a random walk over the number of values.
    let scale = dot(trial.gradient.map { abs($0) }, forward.map { abs($0) })
    #expect(abs(byInput - expected) < 1e-6 * scale)
    #expect(abs(byWeights - expected) < 1e-6 * scale)
  }

  @Test("adds its gradients to what was there", arguments: [1, 2, 3])
  func accumulation(stride: Int) {
    let shape = ConvolutionTests.shape(5, 7, 5, 17, 3, stride)
    let trial = Trial(shape, seed: 4)
    var random = RandomStream(seed: 4, purpose: "before", stride)
    let before = random.floats(shape.inputCount)
    let plain = inputGradient(trial, shape)
    let added = inputGradient(trial, shape, addingTo: before)
    expectClose(
      added, zip(plain, before).map { Double($0) + Double($1) },
      within: roundingTolerance(terms: 9 * 17))

    let weightsBefore = random.floats(trial.weights.count)
    let results = [weightsBefore, weightsBefore.map { _ in 0 }].map { start -> [Float] in
      let output = GuardedBuffer(updating: start)
      let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
      convolutionBackwardWeights(
        padded(trial.input), padded(trial.gradient),
        addingTo: output.pointer, scratch: scratch.pointer, images: shape.images,
        shape: trial.kernelShape)
      return output.values
    }
    expectClose(
      results[0], zip(results[1], weightsBefore).map { Double($0) + Double($1) },
      within: roundingTolerance(terms: 2 * 35))
  }
}

extension ReferenceConvolution {
  /// One number that differs between shapes, for a random stream's key.
  var hashableSizes: Int {
    [height, width, inputChannels, outputChannels, kernel, stride, images].reduce(0) {
      $0 * 101 + $1
    }
  }

  var kernelPadding: Padding { padding == .half ? .half : .same }
}
