/// A program in Core ML's Model Intermediate Language: operations in an order in which each follows what it reads.
///
/// Source: mlmodel/format/MIL.proto and Model.proto of github.com/apple/coremltools.
struct MILProgram: Hashable, Sendable {
  /// The name and shape of the image and of the logits, float32.
  var input: MILValue
  var output: MILValue
  var operations: [MILOperation]
}

/// A named value and its type.
struct MILValue: Hashable, Sendable {
  var name: String
  var type: MILType
  /// Empty for a single value.
  var shape: [Int]
}

/// What an element is.
enum MILType: Hashable, Sendable {
  case bool
  case string
  case float32
  case int32

  /// The number that the format gives the type.
  var number: Int {
    switch self {
    case .bool: 1
    case .string: 2
    case .float32: 11
    case .int32: 23
    }
  }
}

/// One operation and its output.
struct MILOperation: Hashable, Sendable {
  /// Such as `conv`; `const` for a constant.
  var kind: String
  /// The names of values by the operation's parameters, sorted when they are written.
  var inputs: [String: String]
  var output: MILValue
  /// Of a constant.
  var constant: MILConstant?
}

/// The values of a constant: short ones in the program, tensors in the file of weights.
enum MILConstant: Hashable, Sendable {
  case bool(Bool)
  case string(String)
  case floats([Float])
  case integers([Int])
  /// The place of the blob in the file of weights.
  case blob(offset: Int)
}
