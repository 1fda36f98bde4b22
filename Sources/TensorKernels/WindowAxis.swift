/// The height and the width of a window.
public struct WindowSize: Hashable, Sendable {
  public let height: Int
  public let width: Int

  public init(height: Int, width: Int) { (self.height, self.width) = (height, width) }

  /// A square window.
  public init(side: Int) { self.init(height: side, width: side) }

  /// Its positions, h·w.
  public var count: Int { height * width }
}

/// How a window passes along one axis of an image: all that height and width may have of their own.
///
/// Place o of the window sees the positions from o · stride − before on. Those outside the image are zeros.
public struct WindowAxis: Hashable, Sendable {
  /// The image's side.
  public let length: Int
  /// The window's side.
  public let kernel: Int
  public let stride: Int
  /// Zeros before the image.
  public let before: Int
  /// Zeros behind the image.
  public let after: Int
  /// The places of the window: the output's side.
  public let count: Int

  /// - Parameters:
  ///   - before: Zeros before the image.
  ///   - after: Zeros behind it; with them the image has room for the window.
  init(length: Int, kernel: Int, stride: Int, before: Int, after: Int) {
    precondition(length >= 1, "an image has positions, got \(length)")
    precondition(kernel >= 1, "a window has positions, got \(kernel)")
    precondition(stride >= 1, "the stride must be at least 1, got \(stride)")
    (self.length, self.kernel, self.stride) = (length, kernel, stride)
    (self.before, self.after) = (before, after)
    count = (length + before + after - kernel) / stride + 1
  }

  /// The axis of a convolution. `half` asks for an odd window.
  public init(length: Int, kernel: Int, stride: Int, padding: Padding) {
    switch padding {
    case .half:
      precondition(kernel % 2 == 1, "the kernel must be odd, got \(kernel)")
      self.init(
        length: length, kernel: kernel, stride: stride, before: kernel / 2, after: kernel / 2)
    case .same: self.init(sameOn: length, kernel: kernel, stride: stride)
    }
  }

  /// The axis of a pool.
  public init(length: Int, kernel: Int, stride: Int, pooling padding: PoolingPadding) {
    switch padding {
    case .positions(let count):
      self.init(length: length, kernel: kernel, stride: stride, before: count, after: count)
    case .same: self.init(sameOn: length, kernel: kernel, stride: stride)
    }
  }

  /// Source: TensorFlow, "Notes on padding", `tf.nn` (total = (⌈n/s⌉ − 1)·s + k − n, at least 0).
  private init(sameOn length: Int, kernel: Int, stride: Int) {
    let total = max(0, (length - 1) / stride * stride + kernel - length)
    self.init(
      length: length, kernel: kernel, stride: stride, before: total / 2, after: total - total / 2)
  }
}

// Kernels read an image in a frame of k − 1 zeros, half of them before it, whatever the padding: one that needs
// fewer before the image only begins to read further on.
extension WindowAxis {
  /// Zeros before the image in its frame.
  var frameBefore: Int { max(before, (kernel - 1) / 2) }
  /// Zeros behind the image in its frame.
  var frameAfter: Int { kernel - 1 - frameBefore }
  /// The frame's side.
  var frameLength: Int { length + kernel - 1 }
  /// Where the first window begins in the frame.
  var origin: Int { frameBefore - before }

  /// The axis on which the output's gradient meets the window the other way round, at stride 1.
  var flipped: WindowAxis {
    WindowAxis(length: count, kernel: kernel, stride: 1, before: after, after: before)
  }

  /// The positions of the image under the window's place `index`.
  @inline(__always)
  func positions(at index: Int) -> Range<Int> {
    let first = index * stride - before
    return max(0, first)..<min(length, first + kernel)
  }
}
