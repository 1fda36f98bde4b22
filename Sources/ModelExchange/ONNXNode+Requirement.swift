import FileFormats

extension ONNXNode {
  /// Checks that a whole number, if given, is the one that is understood.
  func require(_ name: String, _ expected: Int, default value: Int) throws(Refusal) {
    let number = try integer(name, default: value)
    guard number == expected else { throw Refusal("\(name) \(number), expected \(expected)") }
  }
}
