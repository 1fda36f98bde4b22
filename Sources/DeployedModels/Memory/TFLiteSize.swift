/// The size of a model's `.tflite` file, from its structure.
///
/// A FlatBuffer has each constant at a multiple of 16 bytes, and a table for each tensor, operator and buffer; per-channel
/// scales take 4 bytes a channel, once for the weights and once for the bias, and their zero points 8, which are
/// shared by all with as many channels. Names and equal shapes are counted as our writer stores them. What depends on values
/// (equal constants, alignment) is taken at its usual size.
struct TFLiteSize {
  private var shapes: Set<[Int]> = []
  private var zeroPoints: Set<Int> = []
  private var codes: Set<String> = []

  /// Returns the bytes of a model's file.
  ///
  /// - Parameter hasPlan: Whether the file holds an offline plan.
  static func bytes(of model: DeployedModel, hasPlan: Bool) -> Int {
    var size = TFLiteSize()
    // The root, the subgraph, their vectors and the runtime's version.
    var bytes = 320
    for tensor in model.tensors { bytes += size.bytes(of: tensor) }
    for step in model.operators { bytes += size.bytes(of: step) }
    if hasPlan { bytes += 80 + 4 * (model.tensors.count + 3).rounded(upTo: 4) }
    return bytes.rounded(upTo: 16)
  }

  private mutating func bytes(of tensor: DeployedTensor) -> Int {
    // A reference, the table, and its name.
    var bytes = 4 + 20 + 4 + (tensor.name.utf8.count + 1).rounded(upTo: 4)
    if shapes.insert(tensor.shape).inserted { bytes += 4 + 4 * tensor.shape.count }
    // A reference to the buffer and its table, the count, and the values.
    if tensor.isConstant { bytes += 4 + 8 + 4 + 6 + tensor.byteCount.rounded(upTo: 4) }
    if let quantization = tensor.quantization {
      let count = quantization.scales.count
      bytes += 12 + 4 + 4 * count
      if zeroPoints.insert(count).inserted || count == 1 && !tensor.isConstant {
        bytes += 8 + 8 * count
      }
    }
    return bytes
  }

  private mutating func bytes(of step: DeployedOperator) -> Int {
    // A reference, the table, the inputs and the output; the options. Fields at their default are left out.
    var bytes = 4 + 12 + 4 * step.inputs.count + 4
    if codes.insert(step.kind.operatorName).inserted { bytes += 4 + 24 }
    switch step.kind {
    case .convolution, .depthwiseConvolution: bytes += 16
    case .averagePool, .maxPool: bytes += 24
    case .fullyConnected, .add, .multiply, .softmax, .mean, .gelu: bytes += 8
    case .reshape, .pad, .transpose, .logistic, .relu, .relu6, .hardSwish, .quantize, .dequantize:
      break
    }
    return bytes
  }
}

extension DeployedModel {
  /// The bytes of the model's `.tflite` file, estimated from its structure; the constants are most of them.
  ///
  /// - Parameter hasPlan: Whether the file holds an offline plan.
  public func fileBytes(hasPlan: Bool) -> Int { TFLiteSize.bytes(of: self, hasPlan: hasPlan) }
}
