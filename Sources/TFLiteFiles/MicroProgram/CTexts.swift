import DeployedModels

// How texts, numbers and types are written in C.

/// Returns a text in C. Other letters than ASCII stay as they are, in UTF-8.
func cLiteral(_ text: String) -> String {
  var result = "\""
  for letter in text.unicodeScalars {
    switch letter {
    case "\"", "\\", "?":  // Two question marks could begin a trigraph.
      result += "\\"
      result.unicodeScalars.append(letter)
    case "\0"..." ", "\u{7f}":
      let digits = String(letter.value, radix: 8)
      result +=
        letter == " " ? " " : "\\" + String(repeating: "0", count: 3 - digits.count) + digits
    default: result.unicodeScalars.append(letter)
    }
  }
  return result + "\""
}

/// Returns a number in C that reads back as the same float.
func cLiteral(_ number: Float) -> String {
  "\(number)f"
}

extension DeployedTensor.ElementType {
  var cType: String {
    switch self {
    case .float32: "float"
    case .int8: "int8_t"
    case .int32: "int32_t"
    }
  }

  /// The member of TensorFlow Lite's union of pointers.
  var cMember: String {
    switch self {
    case .float32: "f"
    case .int8: "int8"
    case .int32: "i32"
    }
  }
}
