import FileFormats
import Foundation

/// A command that a study has this machine run.
public struct RequestedCommand: Hashable, Sendable {
  /// The field of `study.json` that holds it, such as `teacher.command`.
  public let field: String
  /// The program and its arguments, placeholders among them.
  public let words: [String]

  /// Creates a program with its arguments.
  public init(field: String, words: [String]) { (self.field, self.words) = (field, words) }

  /// Creates a line that a shell runs.
  public init(field: String, shellLine: String) {
    self.init(field: field, words: ["sh", "-c", shellLine])
  }
}

extension RequestedCommand: CustomStringConvertible {
  private static let longest = 2000

  /// The field and the command as a shell would take it, on one line and without control characters.
  public var description: String {
    let text = words.map(ShellWord.quoted).joined(separator: " ")
    let rest = text.count - RequestedCommand.longest
    return "\(field): \(text.prefix(RequestedCommand.longest))"
      + (rest > 0 ? "… and \(rest) characters more" : "")
  }
}

extension StudyDefinition {
  /// Everything that a run of the study may have this machine run, in the order of `study.json`. A new field that
  /// holds commands belongs in here.
  public var commands: [RequestedCommand] {
    teacher.commands.map { RequestedCommand(field: $0.field, words: $0.words) }
      + (measure.map { [$0.device.requested(by: "measure.command")] } ?? []) + executor.commands
  }
}

extension ExecutorSettings {
  /// What its workers are started with, whichever kind is chosen: another one may be the next time.
  fileprivate var commands: [RequestedCommand] { Kind.allCases.flatMap(commands) }

  private func commands(of kind: Kind) -> [RequestedCommand] {
    switch kind {
    case .local: []
    case .slurm: slurm?.requested ?? []
    case .command:
      command.map { [RequestedCommand(field: "executor.command.command", words: $0.command)] } ?? []
    }
  }
}

extension SlurmSettings {
  fileprivate var requested: [RequestedCommand] {
    let submission =
      arguments.isEmpty
      ? []
      : [RequestedCommand(field: "executor.slurm.arguments", words: ["sbatch"] + arguments)]
    return submission
      + setup.map { RequestedCommand(field: "executor.slurm.setup", shellLine: $0) }
  }
}
