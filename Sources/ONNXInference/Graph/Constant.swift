import FileFormats

/// What the elements of a tensor are; the widths of the file's types do not matter here.
enum ElementKind: Hashable, Sendable {
  case float, integer, boolean

  /// The kind of the format's element type, or nil for texts, complex numbers and the like.
  init?(dataType: Int) {
    switch dataType {
    case 1, 10, 11, 16: self = .float
    case 2, 3, 4, 5, 6, 7, 12, 13: self = .integer
    case 9: self = .boolean
    default: return nil
    }
  }
}

/// A tensor whose values are known before the network runs.
final class Constant: Sendable {
  enum Values: Sendable {
    case floats([Float])
    /// Whole numbers, and Booleans as 0 and 1.
    case integers([Int])
  }

  let shape: [Int]
  let kind: ElementKind
  let values: Values
  /// The format's number of the element type as the file has it; nil for what has been computed.
  let dataType: Int?

  init(shape: [Int], floats: [Float], dataType: Int? = nil) {
    precondition(floats.count == shape.product, "\(floats.count) values for \(shape)")
    (self.shape, kind, values) = (shape, .float, .floats(floats))
    self.dataType = dataType
  }

  init(shape: [Int], integers: [Int], kind: ElementKind = .integer, dataType: Int? = nil) {
    precondition(integers.count == shape.product, "\(integers.count) values for \(shape)")
    (self.shape, self.kind, values) = (shape, kind, .integers(integers))
    self.dataType = dataType
  }

  /// Takes a tensor of a file.
  convenience init(_ tensor: ONNXTensor) throws(Refusal) {
    guard let kind = ElementKind(dataType: tensor.dataType), let values = tensor.values else {
      throw Refusal(
        "'\(tensor.name)' has elements of type \(tensor.dataType), expected numbers or Booleans")
    }
    if kind == .float {
      self.init(shape: tensor.shape, floats: values.asFloats(), dataType: tensor.dataType)
    } else {
      guard let integers = values.asInts() else {
        throw Refusal("'\(tensor.name)' has no whole numbers")
      }
      self.init(
        shape: tensor.shape, integers: integers, kind: kind, dataType: tensor.dataType)
    }
  }

  var count: Int { shape.product }

  /// The values as a kernel reads them.
  var floats: [Float] {
    switch values {
    case .floats(let floats): floats
    case .integers(let integers): integers.map { Float($0) }
    }
  }

  /// The values if they are whole numbers or Booleans.
  var integers: [Int]? {
    if case .integers(let integers) = values { integers } else { nil }
  }

  /// The one value of a constant that has one.
  var scalar: Float? { count == 1 ? floats[0] : nil }

  func reshaped(to shape: [Int]) -> Constant {
    switch values {
    case .floats(let floats): Constant(shape: shape, floats: floats, dataType: dataType)
    case .integers(let integers):
      Constant(shape: shape, integers: integers, kind: kind, dataType: dataType)
    }
  }
}

extension Array where Element == Int {
  /// The product of sizes, which the builder has checked not to overflow.
  var product: Int { reduce(1, *) }
}
