// Depthwise k×k convolution of NHWC images: one filter per channel.
//
// Image by image, sixteen channels are gathered into a frame, convolved there (DepthwisePlane.swift) and
// written back to their places: two moves a value, for kernels that read each pixel once.

/// The sizes of a depthwise convolution.
public struct DepthwiseShape: Hashable, Sendable {
  public let channels: Int
  public let plane: PlaneShape

  public init(
    height: Int, width: Int, channels: Int, kernel: Int, stride: Int, padding: Padding = .half
  ) {
    self.channels = channels
    plane = PlaneShape(
      height: height, width: width, kernel: kernel, stride: stride, padding: padding)
  }

  var taps: Int { plane.kernel * plane.kernel }
  var inputFloats: Int { plane.inputPixels * channels }
  var outputFloats: Int { plane.outputPixels * channels }
  var inputFrame: PlaneFrame { plane.inputFrame }
  var outputFrame: PlaneFrame { plane.outputFrame }

  /// Floats of scratch that each function of this file needs at most.
  public var scratchFloats: Int {
    var cursor = MemoryCursor()
    _ = DepthwiseScratch(self, cursor: &cursor)
    return cursor.floats
  }
}

/// Where one plane of one image lies in the scratch.
private struct DepthwiseScratch {
  let frame: UnsafeMutablePointer<Float>
  /// The gradient of the output, likewise.
  let gradientFrame: UnsafeMutablePointer<Float>
  let plane: UnsafeMutablePointer<Float>
  /// `[k·k, 16]`.
  let filter: UnsafeMutablePointer<Float>

  init(_ shape: DepthwiseShape, cursor: inout MemoryCursor) {
    frame = cursor.take(shape.inputFrame.floats)
    gradientFrame = cursor.take(shape.outputFrame.floats)
    plane = cursor.take(max(shape.plane.inputPixels, shape.plane.outputPixels) * planeChannels)
    filter = cursor.take(shape.taps * planeChannels)
  }

  /// Lays the scratch out and clears the frames' borders.
  init(_ shape: DepthwiseShape, memory: UnsafeMutablePointer<Float>) {
    var cursor = MemoryCursor(memory)
    self.init(shape, cursor: &cursor)
    shape.inputFrame.clearBorder(frame)
    shape.outputFrame.clearBorder(gradientFrame)
  }

  /// Copies sixteen channels of all taps; lanes past the last channel hold what comes next.
  func loadFilter(_ filters: UnsafePointer<Float>, first: Int, shape: DepthwiseShape) {
    for tap in 0..<shape.taps {
      filter.store(filters.vector(tap &* shape.channels &+ first), tap &* planeChannels)
    }
  }
}

/// output = activation(input ∗ filters (+ bias)).
///
/// - Parameters:
///   - input: `[images, H, W, C]`.
///   - filters: `[k, k, C]`.
///   - bias: `[C]` or nil.
///   - output: `[images, H', W', C]`; overwritten.
public func depthwiseForward(
  _ input: UnsafePointer<Float>, _ filters: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
  activation: Activation = .identity, into output: UnsafeMutablePointer<Float>,
  scratch: UnsafeMutablePointer<Float>, images: Int, shape: DepthwiseShape
) {
  let parts = DepthwiseScratch(shape, memory: scratch)
  for image in 0..<images {
    for first in stride(from: 0, to: shape.channels, by: planeChannels) {
      parts.loadFilter(filters, first: first, shape: shape)
      gatherPlane(
        input + image * shape.inputFloats, channels: shape.channels, first: first,
        into: parts.frame, shape: shape.inputFrame)
      depthwisePlaneForward(parts.frame, parts.filter, into: parts.plane, shape: shape.plane)
      scatterPlane(
        parts.plane, bias: bias.map { $0 + first }, activation: activation,
        into: output + image * shape.outputFloats, channels: shape.channels, first: first,
        positions: shape.plane.outputPixels)
    }
  }
}

/// The gradient with respect to the input.
///
/// - Parameters:
///   - gradient: With respect to the output, `[images, H', W', C]`.
///   - filters: `[k, k, C]`.
///   - output: `[images, H, W, C]`; overwritten.
public func depthwiseBackwardInput(
  _ gradient: UnsafePointer<Float>, _ filters: UnsafePointer<Float>,
  into output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: DepthwiseShape
) {
  let parts = DepthwiseScratch(shape, memory: scratch)
  for image in 0..<images {
    for first in stride(from: 0, to: shape.channels, by: planeChannels) {
      parts.loadFilter(filters, first: first, shape: shape)
      gatherPlane(
        gradient + image * shape.outputFloats, channels: shape.channels, first: first,
        into: parts.gradientFrame, shape: shape.outputFrame)
      depthwisePlaneBackwardInput(
        parts.gradientFrame, parts.filter, into: parts.plane, shape: shape.plane)
      scatterPlane(
        parts.plane, into: output + image * shape.inputFloats, channels: shape.channels,
        first: first, accumulate: false, positions: shape.plane.inputPixels)
    }
  }
}

/// Adds the gradient with respect to the filters.
///
/// - Parameters:
///   - input: `[images, H, W, C]`.
///   - gradient: With respect to the output, `[images, H', W', C]`.
///   - output: `[k, k, C]`; accumulated into.
public func depthwiseBackwardFilters(
  _ input: UnsafePointer<Float>, _ gradient: UnsafePointer<Float>,
  addingTo output: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, images: Int,
  shape: DepthwiseShape
) {
  let parts = DepthwiseScratch(shape, memory: scratch)
  for first in stride(from: 0, to: shape.channels, by: planeChannels) {
    parts.filter.update(repeating: 0, count: shape.taps * planeChannels)
    for image in 0..<images {
      gatherPlane(
        input + image * shape.inputFloats, channels: shape.channels, first: first,
        into: parts.frame, shape: shape.inputFrame)
      gatherPlane(
        gradient + image * shape.outputFloats, channels: shape.channels, first: first,
        into: parts.gradientFrame, shape: shape.outputFrame)
      depthwisePlaneBackwardFilter(
        parts.frame, parts.gradientFrame, addingTo: parts.filter, shape: shape.plane)
    }
    scatterPlane(
      parts.filter, into: output, channels: shape.channels, first: first, accumulate: true,
      positions: shape.taps)
  }
}
