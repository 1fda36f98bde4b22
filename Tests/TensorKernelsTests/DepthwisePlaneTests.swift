import RandomStreams
import TensorKernels
import Testing

@Suite("a depthwise convolution of planes")
struct DepthwisePlaneTests {
  static let sizes = [(1, 1), (1, 5), (2, 3), (4, 4), (6, 8), (7, 7), (9, 6), (5, 15), (28, 28)]

  /// Every kernel (9 takes the general path) and stride; every group of output pixels ends a row
  /// somewhere.
  static let shapes = sizes.flatMap { height, width in
    (height == 28 ? [3, 5] : [1, 3, 5, 7, 9]).flatMap { kernel in
      [1, 2, 3].flatMap { stride in
        ReferencePadding.allCases.map { padding in
          ReferenceConvolution(
            height: height, width: width, inputChannels: 16, outputChannels: 16, kernel: kernel,
            stride: stride, images: 1, padding: padding)
        }
      }
    }
  }

  /// One convolution's operands.
  private struct Trial {
    let shape: ReferenceConvolution
    let planeShape: PlaneShape
    let input: [Float]
    let filter: [Float]
    let gradient: [Float]

    init(_ shape: ReferenceConvolution, seed: UInt64) {
      var random = RandomStream(seed: seed, purpose: "plane", shape.inputCount)
      self.shape = shape
      planeShape = PlaneShape(
        height: shape.height, width: shape.width, kernel: shape.kernel, stride: shape.stride,
        padding: shape.kernelPadding)
      input = random.floats(shape.inputCount)
      filter = random.floats(shape.kernel * shape.kernel * 16)
      gradient = random.floats(shape.outputCount)
    }

    /// A frame whose border was NaN, with NaN behind it.
    private func frame(_ plane: [Float], _ height: Int, _ width: Int) -> [Float] {
      let border = shape.kernel / 2
      let row = width + 2 * border
      let pixels = row * (height + 2 * border)
      var frame = padded([Float](repeating: .nan, count: 16 * pixels))
      for y in 0..<height {
        let start = 16 * ((y + border) * row + border)
        let line = 16 * y * width
        frame.replaceSubrange(start..<start + 16 * width, with: plane[line..<line + 16 * width])
      }
      zeroFrameBorder(&frame, height: height, width: width, border: border)
      return frame
    }

    var inputFrame: [Float] {
      frame(input, shape.height, shape.width)
    }

    var gradientFrame: [Float] {
      frame(gradient, shape.outputHeight, shape.outputWidth)
    }

    func inputGradient() -> [Float] {
      let output = GuardedBuffer(count: 16 * planeShape.inputPixels)
      depthwisePlaneBackwardInput(
        gradientFrame, padded(filter), into: output.pointer, shape: planeShape)
      output.expectGuards("the input's gradient")
      return output.values
    }

    func filterGradient(addingTo before: [Float]? = nil) -> [Float] {
      let output = GuardedBuffer(
        updating: before ?? [Float](repeating: 0, count: filter.count))
      depthwisePlaneBackwardFilter(
        inputFrame, gradientFrame, addingTo: output.pointer, shape: planeShape)
      output.expectGuards("the filter's gradient")
      return output.values
    }
  }

  @Test("agrees with plain loops and sums up its deviations from the pivot")
  func forward() {
    for shape in Self.shapes {
      let trial = Trial(shape, seed: 1)
      #expect(16 * trial.planeShape.outputPixels == shape.outputCount)
      var random = RandomStream(seed: 1, purpose: "pivot")
      let pivot = random.floats(16)
      let before = random.floats(32)
      let output = GuardedBuffer(count: shape.outputCount)
      let sums = GuardedBuffer(updating: before)
      depthwisePlaneForward(
        trial.inputFrame, padded(trial.filter), pivot: padded(pivot), into: output.pointer,
        shape: trial.planeShape, sums: sums.pointer)
      output.expectGuards()
      sums.expectGuards("the sums")
      let expected = shape.depthwise(trial.input.doubles, trial.filter.doubles)
      let tolerance = roundingTolerance(terms: shape.kernel * shape.kernel)
      expectClose(output.values, expected, within: tolerance, "\(shape)")

      var expectedSums = before.doubles
      for (i, value) in expected.enumerated() {
        let deviation = value - Double(pivot[i % 16])
        expectedSums[i % 16] += deviation
        expectedSums[16 + i % 16] += deviation * deviation
      }
      // Deviations have a variance of about (k² + 3)/9: their squares carry its scale.
      let pixels = trial.planeShape.outputPixels
      let scale = Double(shape.kernel * shape.kernel + 3)
      expectClose(
        sums.values, expectedSums, within: scale * roundingTolerance(terms: pixels), "\(shape)")
    }
  }

  @Test("has the gradients that plain loops give")
  func gradients() {
    for shape in Self.shapes {
      let trial = Trial(shape, seed: 2)
      var inputGradient = [Double](repeating: 0, count: trial.input.count)
      var random = RandomStream(seed: 2, purpose: "before")
      let before = random.floats(trial.filter.count)
      var filterGradient = before.doubles
      let top = shape.padding.places(shape.height, shape.kernel, shape.stride).before
      let left = shape.padding.places(shape.width, shape.kernel, shape.stride).before
      for y in 0..<shape.outputHeight {
        for x in 0..<shape.outputWidth {
          for tap in 0..<shape.kernel * shape.kernel {
            let iy = y * shape.stride + tap / shape.kernel - top
            let ix = x * shape.stride + tap % shape.kernel - left
            guard iy >= 0, iy < shape.height, ix >= 0, ix < shape.width else { continue }
            for c in 0..<16 {
              let pixel = 16 * (iy * shape.width + ix) + c
              let g = Double(trial.gradient[16 * (y * shape.outputWidth + x) + c])
              inputGradient[pixel] += g * Double(trial.filter[16 * tap + c])
              filterGradient[16 * tap + c] += g * Double(trial.input[pixel])
            }
          }
        }
      }
      expectClose(
        trial.inputGradient(), inputGradient,
        within: roundingTolerance(terms: shape.kernel * shape.kernel), "\(shape): input")
      expectClose(
        trial.filterGradient(addingTo: before), filterGradient,
        within: roundingTolerance(terms: trial.planeShape.outputPixels + 1), "\(shape): filter")
    }
  }

  @Test("has the gradients that finite differences give")
  func differences() {
    for shape in Self.shapes where shape.height * shape.width <= 16 {
      let trial = Trial(shape, seed: 3)
      func loss(_ input: [Double], _ filter: [Double]) -> Double {
        dot(trial.gradient, shape.depthwise(input, filter))
      }
      expectGradient(
        trial.inputGradient(), of: { loss($0, trial.filter.doubles) }, at: trial.input,
        within: roundingTolerance(terms: shape.kernel * shape.kernel), "\(shape): input")
      expectGradient(
        trial.filterGradient(), of: { loss(trial.input.doubles, $0) }, at: trial.filter,
        within: roundingTolerance(terms: trial.planeShape.outputPixels), "\(shape): filter")
    }
  }
}
