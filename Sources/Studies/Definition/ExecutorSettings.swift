import FileFormats

/// Where a study's students are trained: `executor` of `study.json`.
///
/// It is no part of what a study asks for, and may change from run to run.
public struct ExecutorSettings: Hashable, Sendable {
  /// A way to have tasks executed.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Processes of the machine that runs the study.
    case local
    /// Workers in jobs of a Slurm cluster.
    case slurm
    /// Workers behind a command, such as `ssh`.
    case command
  }

  public var kind = Kind.local
  /// Kept where another kind is chosen, so that the command line can choose this one.
  public var slurm: SlurmSettings?
  public var command: CommandSettings?

  public init() {}

  /// How many workers the chosen kind asks for; nil where it says nothing.
  public var workers: Int? {
    switch kind {
    case .local: nil
    case .slurm: slurm?.workers
    case .command: command?.workers
    }
  }
}

extension ExecutorSettings {
  init(_ field: JSONField) throws(JSONError) {
    let members = try field.members(of: "an executor", known: ["kind", "slurm", "command"])
    slurm = try members["slurm"].map { field throws(JSONError) in try SlurmSettings(field) }
    command = try members["command"].map { field throws(JSONError) in try CommandSettings(field) }
    let given: [Kind] = (slurm == nil ? [] : [.slurm]) + (command == nil ? [] : [.command])
    if let field = members["kind"] {
      kind = try field.choice(Kind.self)
      guard kind == .local || given.contains(kind) else {
        throw field.expected("a kind with its settings: executor.\(kind.rawValue) is missing")
      }
    } else {
      guard given.count == 1 else {
        throw field.expected(
          given.isEmpty
            ? "\"slurm\" or \"command\" with their settings, or \"kind\": \"local\""
            : "\"kind\" too, as there are settings of slurm and of command")
      }
      kind = given[0]
    }
  }

  /// Returns the settings with the kind that the command line chooses.
  ///
  /// - Throws: `StudyError.missing` if nothing is known of how to do it.
  public func choosing(_ kind: Kind, in folder: StudyFolder) throws(StudyError) -> ExecutorSettings
  {
    var settings = self
    settings.kind = kind
    switch kind {
    case .local: break
    case .slurm: settings.slurm = slurm ?? SlurmSettings()
    case .command:
      guard command != nil else {
        throw .missing(
          "\(folder.definition): executor.command is missing, expected "
            + "{\"workers\": 2, \"command\": [\"ssh\", \"{host}\", …]} for --executor command")
      }
    }
    return settings
  }
}
