import Foundation
import Reports
import Studies
import Synchronization

/// Shows how a study is getting on: one moving line on a terminal, plain lines elsewhere; results on standard
/// output.
final class ProgressDisplay: StudyOutput {
  private struct State {
    var stage = ""
    var lastUpdate: ContinuousClock.Instant?
    var hasLine = false
  }

  private let state = Mutex(State())
  /// How often a plain line says how far a stage is.
  private static let plainPause = Duration.seconds(15)
  private static let movingPause = Duration.milliseconds(200)

  func show(_ progress: StudyProgress) {
    state.withLock { state in
      switch progress {
      case .stage(let name):
        state.stage = name
        state.lastUpdate = nil
        line("── \(name)", &state)
      case .note(let text):
        line("   \(text)", &state)
      case .advance(let done, let total, let detail):
        let pause =
          Terminal.isInteractive ? ProgressDisplay.movingPause : ProgressDisplay.plainPause
        if let last = state.lastUpdate, last.duration(to: .now) <= pause { return }
        state.lastUpdate = .now
        let share = total > 0 ? 100 * done / Double(total) : 100
        let text = String(format: "   %@ %3.0f %% · %@", state.stage, share, detail)
        if Terminal.isInteractive {
          Terminal.write("\r\u{1B}[K\(text.printable)")
          state.hasLine = true
        } else {
          Terminal.log(text)
        }
      case .running, .workers, .trialEnded, .trainingEnded, .measured: break
      }
    }
  }

  /// Ends a moving line, before something else is printed.
  func finish() {
    state.withLock { state in
      if state.hasLine { Terminal.write("\n") }
      state.hasLine = false
    }
  }

  func tell(_ report: StudyReport, in folder: String, next: String) {
    for line in report.budgets { Terminal.tell("budget:  \(line)") }
    Terminal.tell("report:  \(folder)/index.html")
    Terminal.tell("front:   \(folder)/front.csv")
    Terminal.tell("next:    \(next)")
  }

  private func line(_ text: String, _ state: inout State) {
    if state.hasLine { Terminal.write("\r\u{1B}[K") }
    state.hasLine = false
    Terminal.log(text)
  }
}
