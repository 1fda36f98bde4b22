import DeployedModels

extension TFLiteWriter {
  /// Writes a tensor: shape, type, buffer, name and what its integers mean.
  mutating func write(_ tensor: DeployedTensor, buffer: Int) -> Offset {
    var fields: [(slot: Int, field: FlatBufferBuilder.Field)] = [
      (0, .offset(builder.vector(tensor.shape.map(Int32.init))))
    ]
    if !file.isCompact { fields.append((3, .offset(builder.text(tensor.name)))) }
    if tensor.type != .float32 { fields.append((1, .byte(tensor.type.code))) }
    if buffer != 0 { fields.append((2, .int32(Int32(buffer)))) }
    if let quantization = tensor.quantization, !leavesOut(quantization, of: tensor) {
      fields.append((4, .offset(write(quantization))))
    }
    return builder.table(fields)
  }

  /// A bias's scales are those of the products, so that a compact file need not say them.
  private func leavesOut(_ quantization: TensorQuantization, of tensor: DeployedTensor) -> Bool {
    file.isCompact && tensor.type == .int32 && quantization.scales.count > 1
  }

  private mutating func write(_ quantization: TensorQuantization) -> Offset {
    let zeroPoints =
      file.isCompact && Set(quantization.zeroPoints).count == 1
      ? [quantization.zeroPoint] : quantization.zeroPoints
    var fields: [(slot: Int, field: FlatBufferBuilder.Field)] = [
      (2, .offset(builder.vector(quantization.scales))),
      (3, .offset(builder.vector(zeroPoints.map(Int64.init)))),
    ]
    if quantization.axis != 0 { fields.append((6, .int32(Int32(quantization.axis)))) }
    return builder.table(fields)
  }

  /// Writes an operator and its options.
  mutating func write(_ step: DeployedOperator, code: Int) -> Offset {
    var fields: [(slot: Int, field: FlatBufferBuilder.Field)] = [
      (1, .offset(builder.vector(step.inputs.map(Int32.init)))),
      (2, .offset(builder.vector([Int32(step.output)]))),
    ]
    if code != 0 { fields.append((0, .int32(Int32(code)))) }
    if let options = options(of: step) {
      fields.append((3, .byte(step.kind.format.options)))
      fields.append((4, .offset(builder.table(options))))
    }
    return builder.table(fields)
  }

  /// Returns the fields of an operator's options; nil where it has none.
  private mutating func options(
    of step: DeployedOperator
  ) -> [(slot: Int, field: FlatBufferBuilder.Field)]? {
    let activation = FlatBufferBuilder.Field.byte(step.activation.code)
    func head(_ window: Window) -> [(slot: Int, field: FlatBufferBuilder.Field)] {
      [
        (0, .byte(window.padding.code)), (1, .int32(Int32(window.strideX))),
        (2, .int32(Int32(window.strideY))),
      ]
    }
    switch step.kind {
    case .convolution(let window): return head(window) + [(3, activation)]
    case .depthwiseConvolution(let window): return head(window) + [(3, .int32(1)), (4, activation)]
    case .averagePool(let window), .maxPool(let window):
      return head(window) + [
        (3, .int32(Int32(window.width))), (4, .int32(Int32(window.height))), (5, activation),
      ]
    case .fullyConnected, .add, .multiply: return [(0, activation)]
    case .softmax: return [(0, .float32(1))]
    case .mean(let keepsDimensions): return [(0, .byte(keepsDimensions ? 1 : 0))]
    case .gelu: return [(0, .byte(0))]
    case .reshape:
      guard step.inputs.count == 1 else { return nil }
      let shape = file.model.tensors[step.output].shape.map(Int32.init)
      return [(0, .offset(builder.vector(shape)))]
    case .pad, .transpose, .logistic, .relu, .relu6, .hardSwish, .quantize, .dequantize:
      return nil
    }
  }
}
