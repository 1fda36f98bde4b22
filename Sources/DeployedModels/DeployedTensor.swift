/// One tensor of a deployed model.
public struct DeployedTensor: Hashable, Sendable {
  public var name: String
  public var shape: [Int]
  public var type: ElementType
  /// What the integers mean; nil for fp32 and for shapes and other plain integers.
  public var quantization: TensorQuantization?
  /// Whether the tensor is part of the model, and no step gives it.
  public var isConstant: Bool
  /// The values of a constant, row by row; nil for an activation, and where only the structure is known.
  public var values: TensorValues?

  /// What one value is stored as.
  public enum ElementType: String, Hashable, Sendable, CaseIterable {
    case float32
    case int8
    case int32

    public var bytes: Int {
      switch self {
      case .float32, .int32: 4
      case .int8: 1
      }
    }
  }

  /// Creates an activation, or a constant whose values are not known.
  public init(
    name: String, shape: [Int], type: ElementType, quantization: TensorQuantization? = nil,
    isConstant: Bool = false
  ) {
    self.name = name
    self.shape = shape
    self.type = type
    self.quantization = quantization
    self.isConstant = isConstant
  }

  /// Creates a constant, as many values as the shape has places.
  public init(
    name: String, shape: [Int], values: TensorValues, quantization: TensorQuantization? = nil
  ) {
    self.init(
      name: name, shape: shape, type: values.type, quantization: quantization, isConstant: true)
    precondition(values.count == elementCount, "\(values.count) values for \(shape)")
    self.values = values
  }

  public var elementCount: Int { shape.reduce(1, *) }
  public var byteCount: Int { elementCount * type.bytes }
  /// The last dimension: the channels of an activation.
  public var channels: Int { shape.last ?? 1 }
}

/// The values of a constant.
public enum TensorValues: Hashable, Sendable {
  case float32([Float])
  case int8([Int8])
  case int32([Int32])

  public var count: Int {
    switch self {
    case .float32(let values): values.count
    case .int8(let values): values.count
    case .int32(let values): values.count
    }
  }

  public var type: DeployedTensor.ElementType {
    switch self {
    case .float32: .float32
    case .int8: .int8
    case .int32: .int32
    }
  }
}

/// What the integers of a tensor mean: value = scale · (integer − zero point).
///
/// Source: LiteRT 8-bit quantization specification.
public struct TensorQuantization: Hashable, Sendable {
  /// One for the whole tensor, or one for each place along `axis`.
  public var scales: [Float]
  /// As many as there are scales; 0 for weights and biases.
  public var zeroPoints: [Int32]
  /// The dimension along which scales differ; 0 where there is one.
  public var axis: Int

  /// One scale for the whole tensor.
  public init(scale: Float, zeroPoint: Int32) {
    (scales, zeroPoints, axis) = ([scale], [zeroPoint], 0)
  }

  /// A scale for each place along `axis`, symmetric.
  public init(scales: [Float], axis: Int) {
    self.scales = scales
    zeroPoints = [Int32](repeating: 0, count: scales.count)
    self.axis = axis
  }

  /// The only scale, or the first.
  public var scale: Float { scales[0] }
  /// The only zero point, or the first.
  public var zeroPoint: Int32 { zeroPoints[0] }
}
