/// A command line that cannot be understood.
struct UsageError: Error, CustomStringConvertible {
  let description: String

  init(_ message: String) { description = message }

  init(_ message: String, _ verb: any Verb.Type) {
    description = "\(message); see autodistill \(verb.name) --help"
  }
}
