import FileFormats

/// Workers behind a command that connects their standard input and output: `executor.command` of
/// `study.json`.
public struct CommandSettings: Hashable, Sendable {
  /// Workers at once; nil: as many as the study's `workers`.
  public var workers: Int?
  /// The program and its arguments, with placeholders.
  public var command: [String]
  /// What `{host}` stands for, in turn; empty where the command has no such placeholder.
  public var hosts: [String]

  /// What stands for the study's folder, by its absolute path.
  public static let study = "{study}"
  /// The same as one word of a shell's command line, for commands that hand their arguments to a shell, as `ssh`
  /// does.
  public static let quotedStudy = "{quoted_study}"
  public static let host = "{host}"
  /// What stands for the worker's number, from 0.
  public static let worker = "{worker}"
  private static let placeholders = [study, quotedStudy, host, worker]
}

extension CommandSettings {
  init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(
      of: "a command for workers", known: ["workers", "command", "hosts"])
    workers = try members["workers"]?.integer(in: 1...100_000)
    let words = try members.required("command")
    let command = try words.texts("the words of a command", "a word of the command")
    let hosts = try members["hosts"]?.distinctTexts("hosts", "a host's name") ?? []
    (self.command, self.hosts) = (command, hosts)
    guard !command.isEmpty else { throw words.expected("at least the name of a program") }
    for (index, word) in command.enumerated() {
      for match in word.matches(of: #/\{[a-z_]+\}/#)
      where !CommandSettings.placeholders.contains(String(match.output)) {
        throw .invalid(
          file: words.file, field: "\(words.path)[\(index)]", value: "\"\(word)\"",
          expected: "only the placeholders \(CommandSettings.placeholders.joined(separator: ", "))")
      }
    }
    func has(_ placeholder: String) -> Bool { command.contains { $0.contains(placeholder) } }
    guard has(CommandSettings.study) || has(CommandSettings.quotedStudy) else {
      throw words.expected(
        "a command with \(CommandSettings.study), such as "
          + "[\"ssh\", \"{host}\", \"autodistill\", \"worker\", \"{quoted_study}\"]")
    }
    for host in hosts where host.hasPrefix("-") {
      throw .invalid(
        file: field.file, field: "\(field.path).hosts", value: "\"\(host)\"",
        expected: "a host's name, not beginning with -")
    }
    guard has(CommandSettings.host) == !hosts.isEmpty else {
      throw words.expected(
        hosts.isEmpty
          ? "\"hosts\" too, since the command has \(CommandSettings.host)"
          : "a command with \(CommandSettings.host), since there are \"hosts\"")
    }
  }
}
