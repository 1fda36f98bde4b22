import RandomStreams
import Testing

@testable import TensorKernels

@Suite("a depthwise convolution")
struct DepthwiseConvolutionTests {
  private static func shape(
    _ height: Int, _ width: Int, _ channels: Int, _ kernel: Int, _ stride: Int, images: Int = 2
  ) -> ReferenceConvolution {
    ReferenceConvolution(
      height: height, width: width, inputChannels: channels, outputChannels: channels,
      kernel: kernel, stride: stride, images: images)
  }

  /// Every kernel (9 takes the general path), stride and kind of edge; widths that end in every group of
  /// output pixels; channels that end inside, at and behind a vector.
  static let shapes = [
    shape(1, 1, 1, 1, 1), shape(1, 1, 3, 3, 1), shape(1, 1, 17, 5, 2), shape(2, 1, 5, 9, 1),
    shape(5, 7, 8, 3, 1), shape(5, 7, 12, 3, 2), shape(6, 8, 16, 3, 2), shape(7, 6, 17, 3, 3),
    shape(5, 7, 5, 5, 1), shape(7, 5, 24, 5, 2), shape(8, 8, 3, 5, 2), shape(7, 8, 8, 5, 3),
    shape(7, 7, 16, 7, 1), shape(5, 7, 3, 7, 2), shape(8, 6, 5, 7, 3), shape(5, 7, 8, 9, 1),
    shape(6, 5, 3, 9, 2), shape(5, 4, 33, 1, 1), shape(4, 5, 31, 1, 2), shape(3, 13, 5, 3, 1),
    shape(3, 14, 1, 3, 1), shape(2, 15, 3, 5, 1, images: 3), shape(3, 29, 1, 3, 2),
  ]

  /// Every kernel and stride with the padding that depends on the parity of the sides.
  static let paddedShapes = [1, 3, 5, 7, 9].flatMap { kernel in
    [1, 2, 3].flatMap { stride in
      [(6, 6), (6, 7), (7, 6), (7, 7), (2, 3), (1, 1), (1, 16)].map { height, width in
        ReferenceConvolution(
          height: height, width: width, inputChannels: 5, outputChannels: 5, kernel: kernel,
          stride: stride, images: 1, padding: .same)
      }
    }
  }

  static let largeShapes = [
    shape(14, 14, 40, 5, 2), shape(7, 7, 96, 3, 1), shape(9, 11, 48, 7, 1), shape(15, 17, 33, 3, 2),
    shape(28, 28, 12, 3, 1), shape(7, 10, 31, 5, 3), shape(5, 6, 24, 9, 3),
  ]

  /// One convolution's operands.
  private struct Trial {
    let input: [Float]
    let filters: [Float]
    let bias: [Float]
    let gradient: [Float]
    let kernelShape: DepthwiseShape

    init(_ shape: ReferenceConvolution, seed: UInt64) {
      var random = RandomStream(seed: seed, purpose: "depthwise", shape.hashableSizes)
      input = random.floats(shape.inputCount)
      filters = random.floats(shape.kernel * shape.kernel * shape.inputChannels)
      bias = random.floats(shape.inputChannels)
      gradient = random.floats(shape.outputCount)
      kernelShape = DepthwiseShape(
        height: shape.height, width: shape.width, channels: shape.inputChannels,
        kernel: shape.kernel, stride: shape.stride, padding: shape.kernelPadding)
    }
  }

  @Test("agrees with plain loops", arguments: shapes + largeShapes + paddedShapes)
  func forward(shape: ReferenceConvolution) {
    let trial = Trial(shape, seed: 1)
    #expect(trial.kernelShape.plane.outputHeight == shape.outputHeight)
    #expect(trial.kernelShape.plane.outputWidth == shape.outputWidth)
    for bias in [nil, trial.bias] {
      let output = GuardedBuffer(count: shape.outputCount)
      let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
      depthwiseForward(
        padded(trial.input), padded(trial.filters),
        bias: bias.map(padded), into: output.pointer, scratch: scratch.pointer,
        images: shape.images, shape: trial.kernelShape)
      output.expectGuards()
      scratch.expectGuards("the scratch")
      expectClose(
        output.values,
        shape.depthwise(trial.input.doubles, trial.filters.doubles, bias: bias?.doubles),
        within: roundingTolerance(terms: shape.kernel * shape.kernel))
    }
  }

  private func inputGradient(_ trial: Trial, _ shape: ReferenceConvolution) -> [Float] {
    let output = GuardedBuffer(count: shape.inputCount)
    let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
    depthwiseBackwardInput(
      padded(trial.gradient), padded(trial.filters),
      into: output.pointer, scratch: scratch.pointer, images: shape.images,
      shape: trial.kernelShape)
    output.expectGuards("the input's gradient")
    scratch.expectGuards("the scratch")
    return output.values
  }

  private func filterGradient(
    _ trial: Trial, _ shape: ReferenceConvolution, addingTo before: [Float]? = nil
  ) -> [Float] {
    let output = GuardedBuffer(
      updating: before ?? [Float](repeating: 0, count: trial.filters.count))
    let scratch = GuardedBuffer(count: trial.kernelShape.scratchFloats)
    depthwiseBackwardFilters(
      padded(trial.input), padded(trial.gradient),
      addingTo: output.pointer, scratch: scratch.pointer, images: shape.images,
      shape: trial.kernelShape)
    output.expectGuards("the filters' gradient")
    scratch.expectGuards("the scratch")
    return output.values
  }

  @Test("has the gradients that finite differences give", arguments: shapes + paddedShapes)
  func gradients(shape: ReferenceConvolution) {
    let trial = Trial(shape, seed: 2)
    func loss(_ input: [Double], _ filters: [Double]) -> Double {
      dot(trial.gradient, shape.depthwise(input, filters))
    }
    expectGradient(
      inputGradient(trial, shape), of: { loss($0, trial.filters.doubles) }, at: trial.input,
      within: roundingTolerance(terms: shape.kernel * shape.kernel), "input")
    expectGradient(
      filterGradient(trial, shape), of: { loss(trial.input.doubles, $0) }, at: trial.filters,
      within: roundingTolerance(terms: shape.outputCount / shape.outputChannels), "filters")
  }

  /// ⟨g, conv(x, w)⟩ = ⟨x, gₓ⟩ = ⟨w, g_w⟩, since it is linear in each.
  @Test("has backward passes that are its adjoints", arguments: largeShapes)
  func adjoints(shape: ReferenceConvolution) {
    let trial = Trial(shape, seed: 3)
    let forward = shape.depthwise(trial.input.doubles, trial.filters.doubles)
    let expected = dot(trial.gradient, forward)
    let scale = dot(trial.gradient.map { abs($0) }, forward.map { abs($0) })
    let byInput = dot(trial.input, inputGradient(trial, shape).doubles)
    let byFilters = dot(trial.filters, filterGradient(trial, shape).doubles)
    #expect(abs(byInput - expected) < 1e-6 * scale)
    #expect(abs(byFilters - expected) < 1e-6 * scale)
  }

  @Test("adds the filters' gradient to what was there", arguments: [3, 5, 7, 9])
  func accumulation(kernel: Int) {
    let shape = DepthwiseConvolutionTests.shape(5, 7, 17, kernel, 1)
    let trial = Trial(shape, seed: 4)
    var random = RandomStream(seed: 4, purpose: "before", kernel)
    let before = random.floats(trial.filters.count)
    let plain = filterGradient(trial, shape)
    expectClose(
      filterGradient(trial, shape, addingTo: before),
      zip(plain, before).map { Double($0) + Double($1) },
      within: roundingTolerance(terms: 2 * 35))
  }
}
