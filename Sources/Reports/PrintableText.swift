import Foundation

extension String {
  /// The text without what a terminal takes for a command or turns around: control characters and marks of
  /// writing direction stand as `\x1b` or `\u202e`. Line ends and tabs stay.
  public var printable: String {
    guard unicodeScalars.contains(where: \.isCommand) else { return self }
    var result = ""
    for scalar in unicodeScalars {
      if scalar.isCommand {
        result += String(format: scalar.value < 256 ? "\\x%02x" : "\\u%04x", scalar.value)
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// The same on one line: line ends and tabs stand as escapes, too.
  var printableLine: String {
    printable.replacing("\n", with: "\\x0a").replacing("\t", with: "\\x09")
  }
}

extension Unicode.Scalar {
  /// Whether a terminal does something at it instead of showing it.
  fileprivate var isCommand: Bool {
    switch value {
    case 0x09, 0x0A: false
    case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
