import DeployedModels
import FileFormats

// Values of tensors, quantised and not, and constants.

extension QuantizedGraphWriter {
  /// Makes a float value a tensor's: quantised where the tensor is int8.
  mutating func take(_ value: String, as tensor: Int) {
    guard let quantization = model.tensors[tensor].quantization else {
      realNames[tensor] = value
      return
    }
    let name = model.tensors[tensor].name + ".quantized"
    append(
      "QuantizeLinear", inputs: [value] + scales(quantization, name, hasZeroPoints: true),
      output: name)
  }

  /// Returns the name of a tensor's float value.
  mutating func real(_ tensor: Int) -> String {
    if let name = realNames[tensor] { return name }
    let described = model.tensors[tensor]
    var source = described.name
    if let values = described.values {
      graph.initializers.append(ONNXTensor(name: source, NumericArray(described.shape, values)))
    } else {
      source += ".quantized"
    }
    guard let quantization = described.quantization else {
      realNames[tensor] = source
      return source
    }
    let name = described.name + ".dequantized"
    // A zero point of int32 is not allowed: it is always 0.
    append(
      "DequantizeLinear",
      inputs: [source]
        + scales(quantization, source, hasZeroPoints: described.type != .int32), output: name,
      attributes: quantization.scales.count > 1 ? ["axis": .integer(quantization.axis)] : [:])
    realNames[tensor] = name
    return name
  }

  /// Returns the names of the scales, and of the zero points where there are any.
  private mutating func scales(
    _ quantization: TensorQuantization, _ name: String, hasZeroPoints: Bool
  ) -> [String] {
    let shape = quantization.scales.count > 1 ? [quantization.scales.count] : []
    let scale = constant(name + ".scale", NumericArray(shape: shape, quantization.scales))
    guard hasZeroPoints else { return [scale] }
    let zeroPoints = quantization.zeroPoints.map { Int8($0) }
    return [scale, constant(name + ".zero_point", NumericArray(shape, .int8(zeroPoints)))]
  }

  var clipBounds: [String] {
    mutating get {
      [
        constant("lowest", NumericArray(shape: [], [Float(0)])),
        constant("highest", NumericArray(shape: [], [Float(6)])),
      ]
    }
  }

  mutating func integers(_ name: String, _ values: [Int]) -> String {
    constant(name, NumericArray(shape: [values.count], values.map(Int64.init)))
  }

  /// Adds an initializer, unless there is one of the name, and returns the name.
  private mutating func constant(_ name: String, _ values: NumericArray) -> String {
    if !graph.initializers.contains(where: { $0.name == name }) {
      graph.initializers.append(ONNXTensor(name: name, values))
    }
    return name
  }
}

extension NumericArray {
  /// Stores values, int8 as uint8 that are 128 larger.
  fileprivate init(_ shape: [Int], _ values: TensorValues) {
    switch values {
    case .float32(let values): self.init(shape: shape, values)
    case .int8(let values):
      self.init(shape: shape, values.map { UInt8(bitPattern: $0) ^ 0x80 })
    case .int32(let values): self.init(shape: shape, values)
    }
  }
}
