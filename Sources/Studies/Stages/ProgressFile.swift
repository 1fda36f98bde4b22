import Dispatch
import FileFormats
import Foundation
import Synchronization

/// Keeps `progress.json` during a run: written about once a second, removed at the end.
///
/// The study does not depend on it. A file that cannot be written is no reason to stop, and it does not wait
/// for the disk; readers see the old one or the new one.
final class ProgressFile: @unchecked Sendable {  // The timer is not changed.
  private struct State {
    var progress: RunProgress
    var isOver = false
    /// What the run had taken when its stage began.
    var before = (seconds: 0.0, processorSeconds: 0.0)
  }

  private let folder: StudyFolder
  private let meter: RunMeter
  private let state: Mutex<State>
  private let timer = DispatchSource.makeTimerSource(queue: .global())

  /// - Parameter context: Of the run, which must have the study's lock.
  init(_ folder: StudyFolder, _ context: StudyContext) {
    (self.folder, meter) = (folder, context.meter)
    state = Mutex(State(progress: RunProgress(context)))
    state.withLock { write(&$0) }
    // Stages that say nothing for a long time are seen to be alive, too.
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.setEventHandler { [weak self] in
      guard let self else { return }
      state.withLock { self.write(&$0) }
    }
    timer.resume()
  }

  /// Takes in what the run tells.
  func take(_ news: StudyProgress) {
    state.withLock { state in
      switch news {
      case .stage(let name):
        state.before = (meter.seconds, meter.processorSeconds)
        state.progress.stage = name
        (state.progress.done, state.progress.total, state.progress.detail) = (nil, nil, nil)
        state.progress.running = []
        write(&state)
      case .advance(let done, let total, let detail):
        (state.progress.done, state.progress.total) = (done, total)
        state.progress.detail = detail
      case .running(let running): state.progress.running = running
      case .workers(let counts): state.progress.executor = counts
      case .trialEnded: state.progress.trials += 1
      case .trainingEnded, .measured, .note: break
      }
    }
  }

  /// One name, so that kills leave one such file at most.
  private var new: String { folder.progress + ".new" }

  /// Removes the file.
  func remove() {
    timer.cancel()
    state.withLock { state in
      state.isOver = true
      unlink(folder.progress)
      unlink(new)
    }
  }

  private func write(_ state: inout State) {
    if state.isOver { return }
    state.progress.seconds = meter.seconds
    state.progress.processorSeconds = meter.processorSeconds
    if !state.progress.stage.isEmpty {
      state.progress.stageSeconds = state.progress.seconds - state.before.seconds
      state.progress.stageProcessorSeconds =
        state.progress.processorSeconds - state.before.processorSeconds
    }
    guard let line = try? JSONLines.line(state.progress),
      (try? Data((line + "\n").utf8).write(to: URL(filePath: new))) != nil
    else { return }
    rename(new, folder.progress)
  }
}
