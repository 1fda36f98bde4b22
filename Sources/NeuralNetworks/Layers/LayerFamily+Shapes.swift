// Shape rules that several families share.

extension LayerFamily {
  func check(_ condition: Bool, _ reason: String) throws(NetworkError) {
    guard condition else { throw NetworkError(name, reason) }
  }

  /// Checks a side of a convolution's window.
  func check(
    kernel: Int, padding: Padding, allowsEven: Bool = true
  ) throws(NetworkError) {
    try check(
      kernel > 0 && (kernel % 2 == 1 || (allowsEven && padding == .same)),
      "the kernel must be odd, got \(kernel)")
  }

  func check(stride: Int, channels: Int) throws(NetworkError) {
    try check(stride > 0, "the stride must be positive, got \(stride)")
    try check(channels > 0, "the number of channels must be positive, got \(channels)")
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

/// A layer with a window that passes over its input.
protocol WindowedFamily: LayerFamily {
  /// Returns how the window passes over the height and the width of `input`; the layer's numbers are checked.
  func axes(on input: TensorShape) -> (rows: WindowAxis, columns: WindowAxis)
}

extension WindowedFamily {
  /// Returns the shape that `channels` channels have behind the window.
  func windowShape(on input: TensorShape, channels: Int) throws(NetworkError) -> TensorShape {
    let (rows, columns) = axes(on: input)
    for axis in [rows, columns] {
      try check(
        axis.length + axis.before + axis.after >= axis.kernel,
        "a window of \(axis.kernel) does not fit into \(input)")
    }
    return TensorShape(height: rows.count, width: columns.count, channels: channels)
  }
}
