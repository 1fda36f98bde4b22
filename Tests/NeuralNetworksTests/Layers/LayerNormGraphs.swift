import NeuralNetworks

extension NetworkBuilder {
  /// Layer norms and GELUs on the image, on images and on a vector, read once and more often.
  mutating func appendLayerNorms() throws {
    try append(.layerNorm)
    try append(.convolution(kernel: 3, stride: 1, channels: 7, bias: true))
    let source = current
    try append(.layerNorm)
    try append(.convolution(kernel: 1, stride: 1, channels: 20, bias: true))
    try append(.gelu)
    try append(.convolution(kernel: 1, stride: 1, channels: 7, bias: true))
    try add(source)
    let sum = current
    try append(.gelu)
    try add(sum)
    try append(.globalAveragePool)
    try append(.layerNorm)
    try append(.gelu)
  }
}
