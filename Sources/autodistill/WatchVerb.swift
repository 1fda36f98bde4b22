import Foundation
import Reports
import Studies

/// `autodistill watch STUDY`
struct WatchVerb: Verb {
  static let name = "watch"
  static let summary = "a live view of a study that runs in another terminal"
  static let operands = ["STUDY"]
  static let options = ["--interval"]
  static let help = """
    USAGE: autodistill watch STUDY [--interval SECONDS]

    Shows the study's status, what is being trained and the front, and draws it again and again, until the
    study is finished (status 0) or nothing feasible is found (status \(ExitStatus.nothingFeasible.rawValue)). Where nothing runs yet it
    waits for a run to begin; where the run that it watches ends or is killed before the study is
    finished, it says so and ends with status \(ExitStatus.failed.rawValue). It only reads. Where the output is no terminal it
    prints a line at a time.

    --interval S    seconds from one drawing to the next, 0.1 to 86400 (default: 1; 15 where the output is
                    no terminal)
    """

  private let folder: StudyFolder
  private let interval: Double

  init(_ arguments: Arguments) throws {
    folder = StudyFolder(arguments.operands[0])
    interval =
      try arguments.number("--interval", in: 0.1...86_400)
      ?? (Terminal.isResultInteractive ? 1 : 15)
  }

  func run() throws -> ExitStatus {
    Interruption.stopAtNextSafeMoment()
    var reader = try StatusReader(folder)
    var hasRun = false
    var patience: ContinuousClock.Instant?
    if Terminal.isResultInteractive { Terminal.draw("\u{1B}[2J") }
    while !Interruption.isRequested {
      let status = try reader.read()
      guard show(status) else { return .success }
      switch status.phase {
      case .running: (hasRun, patience) = (true, nil)
      case .finished: return .success
      case .nothingFeasible: return .nothingFeasible
      case .notBegun, .stopped, .killed:
        guard hasRun else { break }
        // A run lets go of its study before it writes the report.
        let end = patience ?? .now + .seconds(30)
        patience = end
        if !status.lacksOnlyReport || .now > end {
          Terminal.error(
            "\(folder.path): the run has ended before the study is finished (\(status.phaseText)); to continue: "
              + CommandText.of(RunVerb.self, folder.path))
          return .failed
        }
      }
      pause()
    }
    return Interruption.status
  }

  /// Shows a status; false where nobody looks any more.
  private func show(_ status: StudyStatus) -> Bool {
    guard Terminal.isResultInteractive else {
      return Terminal.print(Terminal.style.texts([status.line])[0])
    }
    // Every line is drawn over the old one, so that nothing flickers.
    let lines = status.screen(Terminal.style).map { $0 + "\u{1B}[K\n" }
    return Terminal.draw("\u{1B}[H" + lines.joined() + "\u{1B}[J")
  }

  /// Waits for the next drawing, or until the user wants to stop.
  private func pause() {
    let end = ContinuousClock.now + .seconds(interval)
    while ContinuousClock.now < end && !Interruption.isRequested { usleep(50_000) }
  }
}
