import FileFormats
import Foundation
import Studies

/// `autodistill rollback STUDY [VERSION]`
struct RollbackVerb: Verb {
  static let name = "rollback"
  static let summary = "brings an earlier deployed version of a student back into use"
  static let operands = ["STUDY", "[VERSION]"]
  static let options: [String] = []
  static let flags = ["--list"]
  static let help = """
    USAGE: autodistill rollback STUDY [VERSION] [--list]

    Has the link deployed/current lead to an earlier version that `export --deploy` has written, in one step,
    after checking its files against their hashes. Without VERSION that is the one below the present that no
    rollback has taken out of use. Nothing is removed, and a number brings any version back. Nothing is read of the
    study itself: STUDY may also be a folder that was given to `export --deployment`.

    --list    shows all versions and changes nothing: number, date, student, format, accuracy on the
              validation split; * is in use, - was taken back
    """

  private let path: String
  private let version: Int?
  private let isList: Bool

  init(_ arguments: Arguments) throws {
    path = arguments.operands[0]
    isList = arguments.has("--list")
    version = try arguments.operands.dropFirst().first.map { text in
      guard let number = Int(text), number > 0 else {
        throw UsageError(
          "rollback: got '\(text)', expected the number of a version, from 1", RollbackVerb.self)
      }
      return number
    }
    guard !isList || version == nil else {
      throw UsageError("--list shows all versions, and VERSION excludes it", RollbackVerb.self)
    }
  }

  func run() throws -> ExitStatus {
    guard Folder.isThere(path) else {
      throw StudyError.missing("\(path): there is no such folder")
    }
    let own = Deployment(path)
    let deployment = own.exists ? own : try Deployment(of: StudyFolder(path))
    if isList { return try list(deployment) }
    let (now, before) = try deployment.rollBack(to: version, date: Date())
    let former = before.map { $0 == now.version ? "as before" : "before: version \($0)" }
    Terminal.print(
      "in use:  version \(now.version), student \(now.key), of \(now.date)"
        + (former.map { "; \($0)" } ?? ""))
    Terminal.print("files:   \(deployment.current)")
    if let before, let former = try? deployment.version(before),
      let note = now.filesNote(after: former)
    {
      Terminal.print("note:    \(note)")
    }
    return .success
  }

  /// Says what is known of every version; one that cannot be read does not hide the others.
  private func list(_ deployment: Deployment) throws -> ExitStatus {
    guard deployment.exists else {
      throw StudyError.missing(
        "\(deployment.path): nothing has been deployed: autodistill export STUDY KEY --deploy does it"
      )
    }
    var problems: [String] = []
    func attempt<Result>(_ read: () throws -> Result) -> Result? {
      do {
        return try read()
      } catch {
        problems.append("\(error)")
        return nil
      }
    }
    let current = attempt(deployment.currentVersion) ?? nil
    let withdrawn = attempt(deployment.withdrawnVersions) ?? []
    for number in deployment.versions() {
      guard let version = attempt({ try deployment.version(number) }) else {
        Terminal.print("\(number == current ? "*" : " ") \(number)  cannot be read")
        continue
      }
      let mark = number == current ? "*" : withdrawn.contains(number) ? "-" : " "
      let accuracy = version.accuracy.map { String(format: "%.4f", $0) } ?? "unknown"
      Terminal.print(
        "\(mark) \(number)  \(version.date)  \(version.key)  \(version.precision) \(version.model)  "
          + "accuracy \(accuracy)  \(version.study)")
    }
    for problem in problems { Terminal.log("autodistill rollback: \(problem)") }
    return problems.isEmpty ? .success : .badInput
  }
}
