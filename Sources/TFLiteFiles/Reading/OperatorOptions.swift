import DeployedModels
import FileFormats

/// The options of one operator in a file.
struct OperatorOptions {
  /// Nil where the file has none.
  let table: FlatTable?
  /// Which form of options they are.
  let type: UInt8
  let place: String
  let file: FlatBufferFile

  /// Returns what an operator computes and applies.
  ///
  /// - Parameter weights: The shape of the second input, empty if there is none.
  func kind(
    of builtin: BuiltinOperator, weights: [Int]
  ) throws(FileFormatError) -> (DeployedOperator.Kind, FusedActivation) {
    switch builtin {
    case .conv2D:
      let options = try required(1)
      try expectNoDilation(options, slots: (4, 5))
      return (.convolution(try window(options, weights)), try activation(options, slot: 3))
    case .depthwiseConv2D:
      let options = try required(2)
      try expectNoDilation(options, slots: (5, 6))
      return (.depthwiseConvolution(try window(options, weights)), try activation(options, slot: 4))
    case .averagePool2D, .maxPool2D:
      let options = try required(5)
      let size = [
        0, Int(try options.integer(4, "filter_height", default: Int32(0))),
        Int(try options.integer(3, "filter_width", default: Int32(0))), 0,
      ]
      let window = try window(options, size)
      return (
        builtin == .maxPool2D ? .maxPool(window) : .averagePool(window),
        try activation(options, slot: 5)
      )
    case .fullyConnected:
      let options = try optional(8)
      let format = try options?.integer(1, "weights_format", default: UInt8(0)) ?? 0
      guard format == 0 else {
        throw malformed("weights_format", "\(format)", "0, rows of weights")
      }
      return (.fullyConnected, try activation(options))
    case .add: return (.add, try activation(optional(11)))
    case .mul: return (.multiply, try activation(optional(21)))
    case .mean:
      let keeps = try optional(27)?.flag(0, "keep_dims") ?? false
      return (.mean(keepsDimensions: keeps), .none)
    case .softmax:
      let beta = try optional(9)?.float(0, "beta", default: 0) ?? 0
      guard beta == 1 else { throw malformed("beta", "\(beta)", "1") }
      return (.softmax, .none)
    case .gelu:
      if try optional(116)?.flag(0, "approximate") ?? false {
        throw malformed("approximate", "the approximation by tanh", "the exact function")
      }
      return (.gelu, .none)
    case .reshape: return (.reshape, .none)
    case .pad: return (.pad, .none)
    case .transpose: return (.transpose, .none)
    case .logistic: return (.logistic, .none)
    case .relu: return (.relu, .none)
    case .relu6: return (.relu6, .none)
    case .hardSwish: return (.hardSwish, .none)
    case .quantize: return (.quantize, .none)
    case .dequantize: return (.dequantize, .none)
    }
  }

  private func malformed(
    _ field: String, _ found: String, _ expected: String
  ) -> FileFormatError {
    file.malformed("\(place), \(field)", found, expected)
  }

  /// Returns the options, which must be of a form if there are any.
  private func optional(_ form: UInt8) throws(FileFormatError) -> FlatTable? {
    guard let table, type != 0 else { return nil }
    guard type == form else { throw malformed("options", "form \(type)", "form \(form)") }
    return table
  }

  private func required(_ form: UInt8) throws(FileFormatError) -> FlatTable {
    guard let table = try optional(form) else {
      throw malformed("options", "none", "padding and strides")
    }
    return table
  }

  private func expectNoDilation(
    _ options: FlatTable, slots: (Int, Int)
  ) throws(FileFormatError) {
    let (x, y) = (
      try options.integer(slots.0, "dilation_w_factor", default: Int32(1)),
      try options.integer(slots.1, "dilation_h_factor", default: Int32(1))
    )
    guard x == 1, y == 1 else { throw malformed("dilation", "\(y)×\(x)", "1×1") }
  }

  /// Reads padding and strides; `size` holds height and width in its middle.
  private func window(_ options: FlatTable, _ size: [Int]) throws(FileFormatError) -> Window {
    guard size.count == 4 else { throw malformed("weights", "shape \(size)", "four dimensions") }
    let padding = try options.integer(0, "padding", default: UInt8(0))
    guard padding <= 1 else { throw malformed("padding", "\(padding)", "0 (SAME) or 1 (VALID)") }
    return Window(
      height: size[1], width: size[2],
      strideY: Int(try options.integer(2, "stride_h", default: Int32(0))),
      strideX: Int(try options.integer(1, "stride_w", default: Int32(0))),
      padding: padding == 0 ? .same : .valid)
  }

  private func activation(
    _ options: FlatTable?, slot: Int = 0
  ) throws(FileFormatError) -> FusedActivation {
    let code = try options?.integer(slot, "fused_activation_function", default: UInt8(0)) ?? 0
    if let known = FusedActivation.allCases.first(where: { $0.code == code }) { return known }
    let names = ["none", "relu", "relu_n1_to_1", "relu6", "tanh", "sign_bit"]
    throw malformed(
      "fused activation", code < names.count ? names[Int(code)] : "\(code)", "none, relu or relu6")
  }
}
