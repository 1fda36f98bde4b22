import Foundation
import Studies
import Synchronization

/// Shows how a study is getting on: one moving line on a terminal, plain lines elsewhere.
final class ProgressDisplay: Sendable {
  private struct State {
    var stage = ""
    var lastUpdate = Date.distantPast
    var hasLine = false
  }

  private let state = Mutex(State())
  /// How often a plain line says how far a stage is.
  private static let plainSeconds = 15.0
  private static let movingSeconds = 0.2

  func show(_ progress: StudyProgress) {
    state.withLock { state in
      switch progress {
      case .stage(let name):
        state.stage = name
        state.lastUpdate = .distantPast
        line("── \(name)", &state)
      case .note(let text):
        line("   \(text)", &state)
      case .advance(let done, let total, let detail):
        let now = Date()
        let pause =
          Terminal.isInteractive ? ProgressDisplay.movingSeconds : ProgressDisplay.plainSeconds
        guard now.timeIntervalSince(state.lastUpdate) > pause else { return }
        state.lastUpdate = now
        let share = total > 0 ? 100 * done / Double(total) : 100
        let text = String(format: "   %@ %3.0f %% · %@", state.stage, share, detail)
        if Terminal.isInteractive {
          Terminal.write("\r\u{1B}[K\(text)")
          state.hasLine = true
        } else {
          Terminal.log(text)
        }
      case .running, .trialEnded, .trainingEnded, .measured: break
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

  private func line(_ text: String, _ state: inout State) {
    if state.hasLine { Terminal.write("\r\u{1B}[K") }
    state.hasLine = false
    Terminal.log(text)
  }
}
