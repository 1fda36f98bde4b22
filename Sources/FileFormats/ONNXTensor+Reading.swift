import Foundation

extension ONNXTensor {
  /// Reads a tensor; its values may be raw bytes or one of several lists of numbers.
  init(_ message: ProtobufMessage) throws {
    var (name, type, location) = ("", 0, 0)
    var external: [String: String] = [:]
    var shape: [Int] = []
    var raw: Data?
    var (floats, doubles) = (Data(), Data())
    var integers: [Int] = []
    try message.forEachField { field in
      switch field.number {
      case 1: try field.appendIntegers("dims", to: &shape)
      case 2: type = try field.integer("data_type")
      case 4: try field.appendFixed("float_data", width: 4, to: &floats)
      case 5: try field.appendIntegers("int32_data", to: &integers)
      case 7: try field.appendIntegers("int64_data", to: &integers)
      case 8: name = try field.text("name")
      case 9: raw = try field.data("raw_data")
      case 10: try field.appendFixed("double_data", width: 8, to: &doubles)
      case 11: try field.appendIntegers("uint64_data", to: &integers)
      case 13:
        let (key, value) = try ONNXModel.textEntry(field.message("external_data"))
        external[key] = value
      case 14: location = try field.integer("data_location")
      default: break
      }
    }
    guard NumericArray.byteCount(shape: shape, elementType: .float64) != nil else {
      throw message.malformed(
        at: message.bytes.startIndex, "dims \(shape) of '\(name)'", "a size that fits in memory")
    }
    guard location == 0 else {
      self.init(
        name: name, shape: shape, dataType: type,
        external: try ONNXExternalData(external, tensor: name, message))
      return
    }
    let bytes: Data
    if let raw {
      bytes = raw
    } else {
      switch type {
      case 1: bytes = floats
      case 11: bytes = doubles
      case 10, 16: bytes = ONNXTensor.bytes(of: integers, as: .uint16)
      default:
        guard let elementType = ONNXTensor.elementTypes[type] else {
          self.init(name: name, shape: shape, dataType: type)
          return
        }
        bytes = ONNXTensor.bytes(of: integers, as: elementType)
      }
    }
    guard let width = ONNXTensor.storedBytes(of: type) else {
      self.init(name: name, shape: shape, dataType: type)
      return
    }
    guard let expected = NumericArray.byteCount(shape: shape, elementBytes: width),
      bytes.count == expected
    else {
      let typeName = ONNXTensor.elementTypes[type].map { "\($0)" } ?? "16-bit floats"
      throw message.malformed(
        at: message.bytes.startIndex, "\(bytes.count) bytes of values of '\(name)'",
        "those of \(typeName) of shape \(shape)")
    }
    self.init(name: name, shape: shape, dataType: type)
    fill(with: bytes)
  }

  /// Takes the values from their bytes, which must be as many as the shape and the type say.
  mutating func fill(with bytes: Data) {
    if let elementType = ONNXTensor.elementTypes[dataType] {
      values = NumericArray(shape: shape, elementType: elementType, bytes: bytes)
    } else {
      let floats = ONNXTensor.widened(bytes, isBrain: dataType == 16)
      values = NumericArray(shape: shape, floats)
    }
  }

  /// The size of an element in the file, or nil for a type that is not read.
  static func storedBytes(of type: Int) -> Int? {
    type == 10 || type == 16 ? 2 : elementTypes[type]?.byteCount
  }

  /// What the format's numbers for types mean here; 16-bit floats are read as `float32`, strings and the like
  /// are missing.
  static let elementTypes: [Int: NumericArray.ElementType] = [
    1: .float32, 2: .uint8, 3: .int8, 4: .uint16, 5: .int16, 6: .int32, 7: .int64, 9: .uint8,
    11: .float64, 12: .uint32, 13: .uint64,
  ]

  /// The format's number for a type; Booleans are read as bytes, so `uint8` has two, of which the lower is its
  /// own.
  static func dataType(of type: NumericArray.ElementType) -> Int {
    elementTypes.filter { $0.value == type }.map(\.key).min() ?? 0
  }

  /// Returns 16-bit floats as 32-bit ones: half precision, or the upper half of a `float32`.
  private static func widened(_ bytes: Data, isBrain: Bool) -> [Float] {
    bytes.withUnsafeBytes { source in
      (0..<source.count / 2).map { index in
        let bits = UInt32(
          UInt16(littleEndian: source.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)))
        return isBrain ? Float(bitPattern: bits << 16) : half(bits)
      }
    }
  }

  /// Source: IEEE 754, binary16: a sign, five bits of exponent with bias 15, ten of significand.
  private static func half(_ bits: UInt32) -> Float {
    let sign = (bits & 0x8000) << 16
    let (exponent, significand) = ((bits >> 10) & 31, bits & 0x3FF)
    switch exponent {
    case 0:
      let size = Float(significand) * 0x1p-24
      return sign == 0 ? size : -size
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | significand << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | significand << 13)
    }
  }

  /// Returns the lowest bytes of every number.
  private static func bytes(of integers: [Int], as type: NumericArray.ElementType) -> Data {
    var bytes = Data(capacity: integers.count * type.byteCount)
    for integer in integers {
      withUnsafeBytes(of: integer.littleEndian) {
        bytes.append(contentsOf: $0.prefix(type.byteCount))
      }
    }
    return bytes
  }
}

extension ONNXTensor {
  /// Reads a file that holds one tensor, such as the test data of the ONNX project.
  public static func read(_ path: String) throws -> ONNXTensor {
    let bytes = try SystemFile.readAll(path)
    return try ONNXTensor(ProtobufMessage(bytes: bytes, path: path, name: ""))
  }
}
