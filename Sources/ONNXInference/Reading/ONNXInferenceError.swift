/// An operator that the executor cannot run.
package struct UnsupportedOperator: Hashable, Sendable, CustomStringConvertible {
  /// The node's name, or that of its first output if it has none.
  package let name: String
  /// Such as `Resize`, with the domain before it if it is not the standard's.
  package let operation: String
  /// What was found, and what would have been understood.
  package let reason: String

  package var description: String { "\(operation) '\(name)': \(reason)" }
}

/// What keeps a classifier in an ONNX file from being run.
package enum ONNXInferenceError: Error, Hashable, Sendable {
  /// All operators at once.
  case unsupported(path: String, [UnsupportedOperator])
  /// The graph is not one from an image to the numbers of classes.
  case notAClassifier(path: String, location: String, found: String, expected: String)
}

extension ONNXInferenceError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .unsupported(let path, let operators):
      return "\(path): \(operators.count) of the graph's operators cannot be run:\n"
        + operators.map { "  \($0)" }.joined(separator: "\n")
    case .notAClassifier(let path, let location, let found, let expected):
      return "\(path): \(location): found \(found), expected \(expected)"
    }
  }
}
