// Blocks that teachers and benchmarks are made of; students' blocks come from search spaces.

import TensorKernels

extension NetworkBuilder {
  /// Appends a convolution without bias, its batch norm and, unless it is the identity, an activation.
  public mutating func appendNormed(
    kernel: Int, stride: Int, channels: Int, activation: Activation
  ) throws(NetworkError) {
    try appendNormed(
      window: WindowSize(side: kernel), stride: stride, channels: channels, activation: activation)
  }

  /// Appends the same with a window of any sides.
  public mutating func appendNormed(
    window: WindowSize, stride: Int = 1, channels: Int, padding: Padding = .half,
    activation: Activation
  ) throws(NetworkError) {
    try append(
      .convolution(
        window: window, stride: stride, channels: channels, bias: false, padding: padding))
    try append(.batchNorm)
    if activation != .identity { try append(.activation(activation)) }
  }

  /// Appends a basic residual block: two 3×3 convolutions, ReLU after the add; the shortcut is a
  /// strided 1×1 convolution where the shape changes.
  ///
  /// Source: He et al., arXiv:1512.03385, figure 2 and section 3.3 (option B).
  public mutating func appendBasicBlock(channels: Int, stride: Int) throws(NetworkError) {
    let entrance = current
    let keepsShape = stride == 1 && currentShape.channels == channels
    try appendNormed(kernel: 3, stride: stride, channels: channels, activation: .relu)
    try appendNormed(kernel: 3, stride: 1, channels: channels, activation: .identity)
    if keepsShape {
      try add(entrance)
    } else {
      let body = current
      current = entrance
      try appendNormed(kernel: 1, stride: stride, channels: channels, activation: .identity)
      try add(body)
    }
    try append(.activation(.relu))
  }
}
