import Foundation

extension ONNXTensor {
  /// Reads a tensor; its values may be raw bytes or one of several lists of numbers.
  init(_ message: ProtobufMessage) throws {
    var (name, type, location) = ("", 0, 0)
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
      case 14: location = try field.integer("data_location")
      default: break
      }
    }
    guard NumericArray.byteCount(shape: shape, elementType: .float64) != nil else {
      throw message.malformed(
        at: message.bytes.startIndex, "dims \(shape) of '\(name)'", "a size that fits in memory")
    }
    guard location == 0, let elementType = ONNXTensor.elementTypes[type] else {
      self.init(name: name, shape: shape)
      return
    }
    let bytes: Data
    if let raw {
      bytes = raw
    } else {
      switch elementType {
      case .float32: bytes = floats
      case .float64: bytes = doubles
      default: bytes = ONNXTensor.bytes(of: integers, as: elementType)
      }
    }
    guard let expected = NumericArray.byteCount(shape: shape, elementType: elementType),
      bytes.count == expected
    else {
      throw message.malformed(
        at: message.bytes.startIndex, "\(bytes.count) bytes of values of '\(name)'",
        "those of \(elementType) of shape \(shape)")
    }
    self.init(name: name, NumericArray(shape: shape, elementType: elementType, bytes: bytes))
  }

  /// What the format's numbers for types mean here; 16-bit floats, strings and the like are missing.
  static let elementTypes: [Int: NumericArray.ElementType] = [
    1: .float32, 2: .uint8, 3: .int8, 4: .uint16, 5: .int16, 6: .int32, 7: .int64, 9: .uint8,
    11: .float64, 12: .uint32, 13: .uint64,
  ]

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
