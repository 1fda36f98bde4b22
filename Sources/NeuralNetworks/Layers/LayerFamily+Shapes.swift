// Shape rules that several families share.

extension LayerFamily {
  func check(_ condition: Bool, _ reason: String) throws(NetworkError) {
    guard condition else { throw NetworkError(name, reason) }
  }

  /// Returns the shape behind a k×k window.
  func windowShape(
    on input: TensorShape, kernel: Int, stride: Int, padding: Int, channels: Int
  ) throws(NetworkError) -> TensorShape {
    func side(_ length: Int) throws(NetworkError) -> Int {
      try check(
        length + 2 * padding >= kernel, "a window of \(kernel) does not fit into \(input)")
      return (length + 2 * padding - kernel) / stride + 1
    }
    return TensorShape(
      height: try side(input.height), width: try side(input.width), channels: channels)
  }

  /// Returns the shape behind a convolution with zero padding k/2.
  func convolutionShape(
    on input: TensorShape, kernel: Int, stride: Int, channels: Int
  ) throws(NetworkError) -> TensorShape {
    try check(kernel > 0 && kernel % 2 == 1, "the kernel must be odd, got \(kernel)")
    try check(stride > 0, "the stride must be positive, got \(stride)")
    try check(channels > 0, "the number of channels must be positive, got \(channels)")
    return try windowShape(
      on: input, kernel: kernel, stride: stride, padding: kernel / 2, channels: channels)
  }

  func checkGroups(
    _ groups: Int, divide channels: Int, _ whose: String
  ) throws(NetworkError) {
    try check(groups > 1, "there must be at least 2 groups, got \(groups)")
    try check(
      channels % groups == 0,
      "the number of groups must divide the \(channels) channels of the \(whose), got \(groups)")
  }
}
