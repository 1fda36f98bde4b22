import Foundation

/// How a `.npy` file stores an element: what NumPy's type descriptions such as `<f4` and `|b1` say.
struct NPYStorage: Equatable {
  /// What the elements are in a `NumericArray`.
  let elementType: NumericArray.ElementType
  /// The size of one element in the file.
  let byteCount: Int
  let isBigEndian: Bool
  private let kind: Character

  /// Reads a type description; nil if it is none of plain numbers.
  init?(_ description: String) {
    guard let kind = description.dropFirst().first, let byteCount = Int(description.dropFirst(2)),
      let type = NPYStorage.elementType(kind, byteCount), let order = description.first,
      "<>|=".contains(order)
    else { return nil }
    (self.kind, self.byteCount, elementType) = (kind, byteCount, type)
    isBigEndian = order == ">" && byteCount > 1
  }

  /// Returns how elements of a type are stored as they are.
  init(of type: NumericArray.ElementType, isBigEndian: Bool = false) {
    (elementType, byteCount, self.isBigEndian) = (type, type.byteCount, isBigEndian)
    kind =
      switch type {
      case .uint8, .uint16, .uint32, .uint64: "u"
      case .int8, .int16, .int32, .int64: "i"
      case .float32, .float64: "f"
      }
  }

  /// What can be read, in words.
  static let readable =
    "Booleans (b1), whole numbers (u1 to u8, i1 to i8) or floating-point numbers (f2 to f8)"

  /// The description as NumPy writes it.
  var description: String {
    (byteCount == 1 ? "|" : isBigEndian ? ">" : "<") + "\(kind)\(byteCount)"
  }

  private static func elementType(
    _ kind: Character, _ byteCount: Int
  ) -> NumericArray.ElementType? {
    switch (kind, byteCount) {
    case ("b", 1): .uint8
    case ("u", 1): .uint8
    case ("u", 2): .uint16
    case ("u", 4): .uint32
    case ("u", 8): .uint64
    case ("i", 1): .int8
    case ("i", 2): .int16
    case ("i", 4): .int32
    case ("i", 8): .int64
    case ("f", 2), ("f", 4): .float32
    case ("f", 8): .float64
    default: nil
    }
  }

  /// Returns the elements of a file as an array in C order.
  ///
  /// - Precondition: There are as many bytes as the shape demands.
  func array(_ elements: Data, shape: [Int], isFortranOrder: Bool) -> NumericArray {
    var bytes = elements
    if isBigEndian, byteCount > 1 {
      bytes = NumericArray.byteSwapped(Data(bytes), elementBytes: byteCount)
    }
    if isFortranOrder, shape.count > 1 {
      bytes = NPYStorage.inCOrder(bytes, shape: shape, elementBytes: byteCount)
    }
    if kind == "f", byteCount == 2 { bytes = NPYStorage.widened(bytes) }
    if kind == "b" { bytes = Data(bytes.map { $0 == 0 ? 0 : 1 }) }
    return NumericArray(shape: shape, elementType: elementType, bytes: bytes)
  }

  /// Returns elements of which the first index varied fastest with the last index varying fastest.
  private static func inCOrder(_ bytes: Data, shape: [Int], elementBytes: Int) -> Data {
    var strides = [Int](repeating: elementBytes, count: shape.count)
    for axis in shape.indices.dropFirst() { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var ordered = Data(count: bytes.count)
    ordered.withUnsafeMutableBytes { (output: UnsafeMutableRawBufferPointer) in
      bytes.withUnsafeBytes { (input: UnsafeRawBufferPointer) in
        var index = [Int](repeating: 0, count: shape.count)
        var source = 0
        for place in stride(from: 0, to: output.count, by: elementBytes) {
          for byte in 0..<elementBytes { output[place + byte] = input[source + byte] }
          var axis = shape.count - 1
          while axis >= 0 {
            index[axis] += 1
            source += strides[axis]
            if index[axis] < shape[axis] { break }
            source -= shape[axis] * strides[axis]
            index[axis] = 0
            axis -= 1
          }
        }
      }
    }
    return ordered
  }

  /// Returns half-precision numbers as single-precision ones.
  private static func widened(_ bytes: Data) -> Data {
    let halves = [UInt16](unsafeUninitializedCapacity: bytes.count / 2) { buffer, count in
      count = bytes.copyBytes(to: UnsafeMutableRawBufferPointer(buffer)) / 2
    }
    return halves.map(NPYStorage.single).withUnsafeBytes { Data($0) }
  }

  /// Returns the number that a half-precision pattern stands for (IEEE 754, binary16); it is exact.
  static func single(_ half: UInt16) -> Float {
    let (exponent, fraction) = (Int(half >> 10) & 31, UInt32(half & 1023))
    let sign = UInt32(half & 0x8000) << 16
    switch exponent {
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    case 0:
      let size = Float(fraction) * 0x1p-24
      return sign == 0 ? size : -size
    default: return Float(bitPattern: sign | UInt32(exponent + 112) << 23 | fraction << 13)
    }
  }
}
