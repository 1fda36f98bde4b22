import FileFormats
import NeuralNetworks

extension ONNXNode {
  /// The name, or that of the first output of a node without one.
  var title: String { name.isEmpty ? outputs.first ?? "" : name }

  var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }

  var qualifiedOperation: String { isStandard ? operation : "\(domain).\(operation)" }

  /// Returns a list of whole numbers, or nil if there is no such attribute.
  func integers(_ name: String) throws(Refusal) -> [Int]? {
    switch attributes[name] {
    case nil: return nil
    case .integers(let list): return list
    default: throw Refusal("\(name) is not a list of whole numbers")
    }
  }

  func integer(_ name: String, default value: Int) throws(Refusal) -> Int {
    switch attributes[name] {
    case nil: return value
    case .integer(let number): return number
    default: throw Refusal("\(name) is not a whole number")
    }
  }

  func float(_ name: String, default value: Float) throws(Refusal) -> Float {
    switch attributes[name] {
    case nil: return value
    case .float(let number): return number
    default: throw Refusal("\(name) is not a number")
    }
  }

  func text(_ name: String, default value: String) throws(Refusal) -> String {
    switch attributes[name] {
    case nil: return value
    case .text(let text): return text
    default: throw Refusal("\(name) is not a text")
    }
  }

  /// Checks that a whole number, if given, is the one that is understood.
  func require(_ name: String, _ expected: Int, default value: Int) throws(Refusal) {
    let number = try integer(name, default: value)
    guard number == expected else { throw Refusal("\(name) \(number), expected \(expected)") }
  }
}

/// The most values of an activation, operations of a layer and weights of one that are counted.
private enum Limit {
  static let activations = 1 << 31
  static let count = 1 << 44
}

/// Returns the product of sizes, which must be positive and give a number that fits any sum of such.
func product(_ factors: [Int], atMost limit: Int = Limit.count) throws(Refusal) -> Int {
  var total = 1
  for factor in factors {
    let (result, overflows) = total.multipliedReportingOverflow(by: factor)
    guard factor > 0, !overflows, result <= limit else {
      throw Refusal("sizes \(factors), expected positive ones whose product is at most \(limit)")
    }
    total = result
  }
  return total
}

/// Returns sizes `[N, C, …, H, W]`, in the file's order, as the shape of one image: what is neither height
/// nor width counts as channels.
func imageShape(of sizes: [Int]) throws(Refusal) -> TensorShape {
  let total = try product(sizes, atMost: Limit.activations)
  switch sizes.count {
  case 0...2: return TensorShape(channels: total)
  case 3: return TensorShape(height: 1, width: sizes[2], channels: total / sizes[2])
  default:
    let (height, width) = (sizes[sizes.count - 2], sizes[sizes.count - 1])
    return TensorShape(height: height, width: width, channels: total / (height * width))
  }
}
