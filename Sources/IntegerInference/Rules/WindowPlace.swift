import DeployedModels

/// A window over an image, its sizes checked.
struct WindowPlace {
  let window: Window
  let extent: WindowExtent
  /// Of the image read.
  let height: Int
  let width: Int
  let channels: Int

  init(_ window: Window, _ site: OperatorSite) throws(DeploymentError) {
    let image = try site.image(0)
    (height, width, channels) = (image[1], image[2], image[3])
    self.window = window
    try site.require(
      window.height > 0 && window.width > 0 && window.strideY > 0 && window.strideX > 0
        && (window.padding == .same || window.height <= height && window.width <= width),
      "a window of \(window.height)×\(window.width) on an image of \(height)×\(width)")
    extent = window.extent(height: height, width: width)
    let output = site.output.shape
    try site.require(
      output.count == 4 && output[0] == image[0] && output[1] == extent.height
        && output[2] == extent.width,
      "the output has the shape \(output), expected \(extent.height)×\(extent.width) positions")
  }

  /// Returns the rows of the window that lie inside the image, at a row of the output.
  @inline(__always)
  func rows(at y: Int) -> Range<Int> {
    let origin = y * window.strideY - extent.top
    return max(0, -origin)..<max(max(0, -origin), min(window.height, height - origin))
  }

  /// Returns the columns of the window that lie inside the image.
  @inline(__always)
  func columns(at x: Int) -> Range<Int> {
    let origin = x * window.strideX - extent.left
    return max(0, -origin)..<max(max(0, -origin), min(window.width, width - origin))
  }
}
