import FileFormats
import Foundation

/// Which commands of studies may run on this machine.
///
/// A study may come from anywhere, and its commands can do whatever its user can. So they run only where the user
/// has allowed exactly these commands of exactly this folder: once with `--allow-commands`, which is remembered, or
/// with a variable of the environment, which allows those of every study and is meant for build servers. What a
/// command itself reads, such as a script, is not looked at.
///
/// What is allowed is remembered in `$XDG_STATE_HOME/autodistill/allowed-commands`, by default in
/// `~/.local/state`: outside of all studies, so that none can bring its permission along.
public struct CommandPermission: Sendable {
  public static let option = "--allow-commands"
  public static let variable = "AUTODISTILL_ALLOW_COMMANDS"

  /// Whether the user allows the study's commands now.
  private let isGiven: Bool
  /// Whether the environment allows all.
  private let isGeneral: Bool
  /// Where it is remembered; nil where there is no home.
  private let records: String?

  /// - Parameter isGiven: Whether the command line has `--allow-commands`.
  public init(
    isGiven: Bool, environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.isGiven = isGiven
    isGeneral = environment[CommandPermission.variable] == "1"
    func folder(_ name: String) -> String? {
      environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
    }
    records = (folder("XDG_STATE_HOME") ?? folder("HOME").map { $0 + "/.local/state" })
      .map { $0 + "/autodistill/allowed-commands" }
  }

  /// Checks that a study's commands may run, and remembers it if they are allowed now.
  ///
  /// - Returns: What the user should know: that it cannot be remembered, and why; nil if there is nothing.
  /// - Throws: `CommandRefusal`.
  public func check(
    _ commands: [RequestedCommand], of folder: StudyFolder
  ) throws(CommandRefusal) -> String? {
    guard !commands.isEmpty, !isGeneral else { return nil }
    let record = records.map { "\($0)/\(CommandPermission.name(of: commands, in: folder))" }
    if let record, FileManager.default.fileExists(atPath: record) { return nil }
    guard isGiven else { throw CommandRefusal(folder: folder.path, commands: commands) }
    guard let record else {
      return
        "the commands of \(folder.path) are allowed for this run alone: there is no HOME to remember it in"
    }
    do {
      try Folder.create(Folder.parent(of: record))
      let lines = [CommandPermission.realPath(of: folder)] + commands.map(\.description)
      try AtomicFile.write(Data(lines.map { $0 + "\n" }.joined().utf8), to: record)
      return nil
    } catch {
      return "the commands of \(folder.path) are allowed for this run alone: \(error)"
    }
  }

  /// Returns the name of the record: a hash of the folder and of every word of the commands.
  private static func name(of commands: [RequestedCommand], in folder: StudyFolder) -> String {
    let parts =
      [realPath(of: folder)] + commands.flatMap { [$0.field, "\($0.words.count)"] + $0.words }
    // With their lengths, so that no two lists of words are one text.
    return ContentHash.hexadecimal(of: parts.map { "\($0.utf8.count):\($0)" }.joined())
  }

  private static func realPath(of folder: StudyFolder) -> String {
    URL(filePath: folder.path).resolvingSymlinksInPath().standardizedFileURL.path
  }
}

/// A study would run commands that have not been allowed on this machine.
public struct CommandRefusal: Error, Hashable, Sendable {
  public let folder: String
  public let commands: [RequestedCommand]
}

extension CommandRefusal: CustomStringConvertible {
  /// The commands, each on a line, and how to allow them.
  public var description: String {
    "\(folder): study.json would run commands on this machine that have not been allowed here:\n"
      + commands.map { "  \($0)\n" }.joined()
      + "if you know what they do, add \(CommandPermission.option): it allows these commands of this folder from "
      + "now on (\(CommandPermission.variable)=1 allows those of every study, for build servers)"
  }
}
