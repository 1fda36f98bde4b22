/// Why a node of a graph cannot be used, in words; whoever reads the graph adds which node it is.
package struct ONNXRefusal: Error {
  package let reason: String
  /// Whether it follows from the refusal of another node.
  package let isConsequence: Bool

  package init(_ reason: String, isConsequence: Bool = false) {
    (self.reason, self.isConsequence) = (reason, isConsequence)
  }
}

extension ONNXNode {
  /// The name, or that of the first output of a node without one.
  package var title: String { name.isEmpty ? outputs.first { !$0.isEmpty } ?? "" : name }

  package var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }

  package var qualifiedOperation: String { isStandard ? operation : "\(domain).\(operation)" }

  /// Returns a list of whole numbers, or nil if there is no such attribute.
  package func integers(_ name: String) throws(ONNXRefusal) -> [Int]? {
    switch attributes[name] {
    case nil: return nil
    case .integers(let list): return list
    default: throw ONNXRefusal("\(name) is not a list of whole numbers")
    }
  }

  package func integer(_ name: String) throws(ONNXRefusal) -> Int? {
    switch attributes[name] {
    case nil: return nil
    case .integer(let number): return number
    default: throw ONNXRefusal("\(name) is not a whole number")
    }
  }

  package func integer(_ name: String, default value: Int) throws(ONNXRefusal) -> Int {
    try integer(name) ?? value
  }

  package func float(_ name: String, default value: Float) throws(ONNXRefusal) -> Float {
    switch attributes[name] {
    case nil: return value
    case .float(let number): return number
    default: throw ONNXRefusal("\(name) is not a number")
    }
  }

  package func floats(_ name: String) throws(ONNXRefusal) -> [Float]? {
    switch attributes[name] {
    case nil: return nil
    case .floats(let list): return list
    default: throw ONNXRefusal("\(name) is not a list of numbers")
    }
  }

  package func text(_ name: String, default value: String) throws(ONNXRefusal) -> String {
    switch attributes[name] {
    case nil: return value
    case .text(let text): return text
    default: throw ONNXRefusal("\(name) is not a text")
    }
  }

  package func flag(_ name: String, default value: Bool = false) throws(ONNXRefusal) -> Bool {
    try integer(name, default: value ? 1 : 0) != 0
  }
}
