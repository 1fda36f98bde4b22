import FileFormats

/// Commands as they are printed for the user to paste.
enum CommandText {
  /// Returns a command of this program.
  ///
  /// - Parameters:
  ///   - verb: Its name.
  ///   - words: What follows, each of which becomes one word for the shell.
  ///   - dataFolder: What `--data` was given.
  static func of(_ verb: any Verb.Type, _ words: String..., dataFolder: String? = nil) -> String {
    of(verb, words: words, dataFolder: dataFolder)
  }

  static func of(_ verb: any Verb.Type, words: [String], dataFolder: String? = nil) -> String {
    let data = dataFolder.map { ["--data", $0] } ?? []
    return "autodistill \(verb.name) " + (words + data).map(ShellWord.quoted).joined(separator: " ")
  }
}
