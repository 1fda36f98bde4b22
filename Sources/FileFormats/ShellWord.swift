import Foundation

/// Texts in commands that are printed for the user to paste.
public enum ShellWord {
  /// Returns a text as one word of a shell's command line: as it is where a shell would leave it alone, in
  /// quotes otherwise, with control characters as `$'\x1b'` (which bash and zsh read).
  public static func quoted(_ text: String) -> String {
    let scalars = text.unicodeScalars
    let isPlain = scalars.allSatisfy {
      $0.properties.isAlphabetic || "0"..."9" ~= $0 || "/._-+=:@%,".unicodeScalars.contains($0)
    }
    if isPlain && !text.isEmpty { return text }
    guard scalars.contains(where: isControl) else {
      return "'" + text.replacing("'", with: "'\\''") + "'"
    }
    let escaped = scalars.map { scalar in
      isControl(scalar)
        ? String(format: "\\x%02x", scalar.value)
        : scalar == "'" || scalar == "\\" ? "\\\(scalar)" : String(scalar)
    }
    return "$'" + escaped.joined() + "'"
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || scalar.value == 0x7F
  }
}
