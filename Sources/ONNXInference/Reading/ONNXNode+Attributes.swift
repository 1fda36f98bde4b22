import FileFormats

extension ONNXNode {
  /// The name, or that of the first output of a node without one.
  var title: String { name.isEmpty ? outputs.first { !$0.isEmpty } ?? "" : name }

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

  func integer(_ name: String) throws(Refusal) -> Int? {
    switch attributes[name] {
    case nil: return nil
    case .integer(let number): return number
    default: throw Refusal("\(name) is not a whole number")
    }
  }

  func integer(_ name: String, default value: Int) throws(Refusal) -> Int {
    try integer(name) ?? value
  }

  func float(_ name: String, default value: Float) throws(Refusal) -> Float {
    switch attributes[name] {
    case nil: return value
    case .float(let number): return number
    default: throw Refusal("\(name) is not a number")
    }
  }

  func floats(_ name: String) throws(Refusal) -> [Float]? {
    switch attributes[name] {
    case nil: return nil
    case .floats(let list): return list
    default: throw Refusal("\(name) is not a list of numbers")
    }
  }

  func text(_ name: String, default value: String) throws(Refusal) -> String {
    switch attributes[name] {
    case nil: return value
    case .text(let text): return text
    default: throw Refusal("\(name) is not a text")
    }
  }

  func flag(_ name: String, default value: Bool = false) throws(Refusal) -> Bool {
    try integer(name, default: value ? 1 : 0) != 0
  }
}
