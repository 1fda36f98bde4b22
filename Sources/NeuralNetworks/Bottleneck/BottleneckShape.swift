import TensorKernels

/// The sizes of a bottleneck.
struct BottleneckShape: Hashable, Sendable {
  /// The depthwise convolution of one plane.
  let plane: PlaneShape
  /// Wide channels.
  let channels: Int
  /// The projection's channels.
  let outputs: Int

  var taps: Int { plane.kernel * plane.kernel }
  var planes: Int { planeCount(channels: channels) }
  var inputFrame: PlaneFrame { plane.inputFrame }
  var outputFrame: PlaneFrame { plane.outputFrame }

  /// The channels of a plane that exist.
  func lanes(_ plane: Int) -> Int { min(planeChannels, channels - plane * planeChannels) }

  /// Images that are worked on together.
  ///
  /// Enough of them for products over some hundred positions, but so few that all wide planes of one
  /// side of the depthwise convolution fit into half a megabyte of second-level cache.
  var groupImages: Int {
    groupSize(
      positions: plane.outputPixels, floats: plane.inputPixels * planes * planeChannels)
  }
}

/// Returns how many images to work on together, given one image's positions and floats.
func groupSize(positions: Int, floats: Int) -> Int {
  max(1, min(196 / positions, 98_304 / floats))
}

/// Where a group's values lie in the scratch.
struct BottleneckScratch {
  /// One image and plane before the depthwise convolution, in a frame of zeros.
  let frame: UnsafeMutablePointer<Float>
  /// The gradient behind it, likewise.
  let gradientFrame: UnsafeMutablePointer<Float>
  /// The expansion's z, one plane.
  let values: UnsafeMutablePointer<Float>
  /// All planes of one side of the depthwise convolution.
  let planes: UnsafeMutablePointer<Float>
  /// Two sums of sixteen lanes.
  let sums: UnsafeMutablePointer<Float>

  private init(_ shape: BottleneckShape, cursor: inout MemoryCursor) {
    let group = shape.groupImages
    frame = cursor.take(shape.inputFrame.floats)
    gradientFrame = cursor.take(shape.outputFrame.floats)
    values = cursor.take(group * shape.plane.inputPixels * planeChannels)
    planes = cursor.take(group * shape.plane.inputPixels * shape.planes * planeChannels)
    sums = cursor.take(2 * planeChannels)
  }

  init(_ shape: BottleneckShape, memory: UnsafeMutablePointer<Float>) {
    var cursor = MemoryCursor(memory)
    self.init(shape, cursor: &cursor)
  }

  static func floats(_ shape: BottleneckShape) -> Int {
    var cursor = MemoryCursor()
    _ = BottleneckScratch(shape, cursor: &cursor)
    return cursor.floats
  }
}
