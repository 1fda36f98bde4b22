import RandomStreams
import Testing

@testable import TensorKernels

@Suite("pooling")
struct PoolingTests {
  static let shapes: [ReferencePooling] = [
    (1, 1, 1, 1, 1, 0), (1, 1, 3, 3, 1, 1), (5, 7, 5, 2, 2, 0), (6, 8, 8, 2, 2, 0),
    (5, 7, 12, 3, 2, 1), (6, 6, 16, 3, 2, 1), (7, 5, 17, 3, 1, 1), (8, 9, 3, 3, 3, 0),
    (7, 7, 33, 5, 2, 2), (4, 4, 2, 4, 4, 0), (9, 6, 1, 7, 3, 3), (4, 5, 24, 1, 2, 0),
  ].map {
    ReferencePooling(
      height: $0.0, width: $0.1, channels: $0.2, kernel: $0.3, stride: $0.4, padding: $0.5)
  }

  /// Even and odd windows and sides, with TensorFlow's SAME.
  static let sameShapes = [1, 2, 3, 4, 5].flatMap { kernel in
    [1, 2, 3].flatMap { stride in
      [(6, 6), (6, 7), (7, 6), (1, 2)].map { height, width in
        ReferencePooling(
          height: height, width: width, channels: 3, kernel: kernel, stride: stride, padding: nil)
      }
    }
  }

  private func kernelShape(_ shape: ReferencePooling) -> PoolingShape {
    PoolingShape(
      height: shape.height, width: shape.width, channels: shape.channels, kernel: shape.kernel,
      stride: shape.stride, padding: shape.padding.map { .positions($0) } ?? .same)
  }

  /// Distinct values at least 1e-3 apart, so that a finite difference never changes which is largest.
  private func distinctValues(_ shape: ReferencePooling) -> [Float] {
    var random = RandomStream(seed: 1, purpose: "pooling", shape.inputCount)
    return (0..<shape.inputCount).map { Float($0) * 0.001 - 1 }.shuffled(using: &random)
  }

  @Test(
    "takes the largest or the mean of the positions inside the image",
    arguments: shapes + sameShapes)
  func forward(shape: ReferencePooling) {
    let input = distinctValues(shape)
    let kernelShape = kernelShape(shape)
    #expect(kernelShape.outputHeight == shape.outputHeight)
    #expect(kernelShape.outputWidth == shape.outputWidth)
    let largest = GuardedBuffer(count: shape.outputCount)
    maxPoolForward(
      padded(input), into: largest.pointer, images: shape.images,
      shape: kernelShape)
    largest.expectGuards()
    expectClose(largest.values, shape.max(input.doubles), within: 0, "max")

    let mean = GuardedBuffer(count: shape.outputCount)
    averagePoolForward(
      padded(input), into: mean.pointer, images: shape.images, shape: kernelShape)
    mean.expectGuards()
    expectClose(mean.values, shape.average(input.doubles), within: 2e-6, "average")
  }

  @Test("has the gradients that finite differences give", arguments: shapes + sameShapes)
  func gradients(shape: ReferencePooling) {
    let input = distinctValues(shape)
    var random = RandomStream(seed: 2, purpose: "pooling", shape.inputCount)
    let gradient = random.floats(shape.outputCount)
    let largest = GuardedBuffer(count: shape.inputCount)
    maxPoolBackward(
      padded(input), padded(gradient), into: largest.pointer,
      images: shape.images, shape: kernelShape(shape))
    largest.expectGuards()
    let terms = shape.kernel * shape.kernel
    expectGradient(
      largest.values, of: { dot(gradient, shape.max($0)) }, at: input,
      within: roundingTolerance(terms: terms), "max")

    let mean = GuardedBuffer(count: shape.inputCount)
    averagePoolBackward(
      padded(gradient), into: mean.pointer, images: shape.images,
      shape: kernelShape(shape))
    mean.expectGuards()
    expectGradient(
      mean.values, of: { dot(gradient, shape.average($0)) }, at: input,
      within: roundingTolerance(terms: terms), "average")
  }

  @Test("gives a tie's gradient to the first position of the window")
  func ties() {
    let output = GuardedBuffer(count: 4)
    maxPoolBackward(
      padded([0, 5, 5, 5]), padded([3]), into: output.pointer,
      images: 1,
      shape: PoolingShape(height: 2, width: 2, channels: 1, kernel: 2, stride: 2, padding: 0))
    #expect(output.values == [0, 3, 0, 0])
  }

  @Test("over all positions is a mean with its gradient", arguments: [1, 3, 17, 40], [1, 9, 35])
  func global(channels: Int, positions: Int) {
    let images = 3
    var random = RandomStream(seed: 3, purpose: "global pooling", channels, positions)
    let input = random.floats(images * positions * channels)
    let gradient = random.floats(images * channels)
    let output = GuardedBuffer(count: images * channels)
    globalAveragePool(
      padded(input), into: output.pointer, images: images, positions: positions,
      channels: channels)
    output.expectGuards()
    func reference(_ input: [Double]) -> [Double] {
      referenceGlobalAverage(input, images: images, positions: positions, channels: channels)
    }
    expectClose(
      output.values, reference(input.doubles), within: roundingTolerance(terms: positions))

    let inputGradient = GuardedBuffer(count: input.count)
    globalAveragePoolBackward(
      padded(gradient), into: inputGradient.pointer, images: images,
      positions: positions, channels: channels)
    inputGradient.expectGuards()
    expectGradient(
      inputGradient.values, of: { dot(gradient, reference($0)) }, at: input, within: 2e-7, "input")
  }
}
