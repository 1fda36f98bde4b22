import FileFormats
import NeuralNetworks

/// What the value of a blueprint's field must be.
enum Requirement: Hashable, Sendable {
  /// A whole number in a range.
  case whole(ClosedRange<Int>)
  /// An odd whole number in a range.
  case odd(ClosedRange<Int>)
  /// A fraction in [0, 1).
  case rate
  case flag
  case text
  case activation
  case poolingKind

  /// Channels, and the hidden width of squeeze-and-excitation.
  static let width = Requirement.whole(1...65_536)
  static let stride = Requirement.whole(1...64)
  static let repetitions = Requirement.whole(0...100)

  /// The kind of value that can fulfil the requirement.
  var kind: ParameterValue.Kind {
    switch self {
    case .whole, .odd, .rate: .number
    case .flag: .flag
    case .text, .activation, .poolingKind: .text
    }
  }

  /// The requirement in words, for messages.
  var expectation: String {
    switch self {
    case .whole(let range):
      "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .odd(let range):
      "an odd whole number from \(range.lowerBound) to \(range.upperBound)"
    case .rate: "a number from 0 to below 1"
    case .flag: "true or false"
    case .text: "a text"
    case .activation: "one of \(JSONError.list(Activation.allCases.map(\.rawValue)))"
    case .poolingKind: "one of \(JSONError.list(PoolingKind.allCases.map(\.rawValue)))"
    }
  }

  func accepts(_ value: ParameterValue) -> Bool {
    switch (self, value) {
    case (.whole(let range), .integer(let number)): range.contains(number)
    case (.odd(let range), .integer(let number)): range.contains(number) && number % 2 == 1
    case (.rate, .integer(let number)): number == 0
    case (.rate, .number(let number)): (0..<1).contains(number)
    case (.flag, .flag), (.text, .text): true
    case (.activation, .text(let name)): Activation(rawValue: name) != nil
    case (.poolingKind, .text(let name)): PoolingKind(rawValue: name) != nil
    default: false
    }
  }
}
