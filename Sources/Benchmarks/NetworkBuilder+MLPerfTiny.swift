import NeuralNetworks

/// The layers of two reference models of MLPerf Tiny before the global mean, with TensorFlow's SAME padding.
///
/// Source: github.com/mlcommons/tiny, `keras_model.py` of image classification and of keyword spotting. What is left
/// out changes no output of the trained models: biases before norms, and dropout, which is part of a recipe.
extension NetworkBuilder {
  /// Appends ResNet-8: three stages of one block; shortcuts have a bias and no norm.
  mutating func appendResNet8() throws(NetworkError) {
    try appendSame(WindowSize(side: 3), channels: 16, .relu)
    for (channels, stride) in [(16, 1), (32, 2), (64, 2)] {
      var shortcut = current
      let entrance = current
      if stride != 1 {
        shortcut = try append(
          .convolution(kernel: 1, stride: stride, channels: channels, bias: true, padding: .same))
        current = entrance
      }
      try appendSame(WindowSize(side: 3), stride: stride, channels: channels, .relu)
      try appendSame(WindowSize(side: 3), channels: channels, .identity)
      try add(shortcut)
      try append(.activation(.relu))
    }
  }

  /// Appends DS-CNN: a convolution of 10 moments × 4 coefficients and four depthwise-separable blocks of 64 channels.
  mutating func appendDSCNN() throws(NetworkError) {
    try appendSame(WindowSize(height: 10, width: 4), stride: 2, channels: 64, .relu)
    for _ in 0..<4 {
      try append(.depthwiseConvolution(kernel: 3, stride: 1, padding: .same))
      try append(.batchNorm)
      try append(.activation(.relu))
      try appendSame(WindowSize(side: 1), channels: 64, .relu)
    }
  }

  private mutating func appendSame(
    _ window: WindowSize, stride: Int = 1, channels: Int, _ activation: Activation
  ) throws(NetworkError) {
    try appendNormed(
      window: window, stride: stride, channels: channels, padding: .same, activation: activation)
  }
}
