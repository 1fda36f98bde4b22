import FileFormats
import Foundation
import Synchronization

/// Has workers started by a Slurm cluster: `sbatch` for job arrays of them, `squeue` for what has become of them.
///
/// Neither accounting nor its database is needed. While something happens it asks every `pollSeconds.lowerBound`
/// seconds, then more and more rarely.
final class SlurmScheduler: WorkerScheduler {
  private struct State {
    var starts: [(count: Int, excludedHosts: [String])] = []
    var isStopped = false
    var looksAgain = false
    /// The submissions of jobs.
    var tokens: [String: String] = [:]
    /// Whether there may be jobs.
    var hasJobs = false
  }

  let name = "slurm"
  private let settings: SlurmSettings
  private let tools: SlurmTools
  private let jobs: SlurmJobs
  private let folder: String
  private let command: @Sendable (_ token: String) -> [String]
  private let state = Mutex(State())
  private let wake = DispatchSemaphore(value: 0)
  private let stopped = DispatchSemaphore(value: 0)
  private let hasBegun = Mutex(false)

  /// - Parameters:
  ///   - identity: Of the study, its data and its teacher.
  ///   - folder: The study's, by its absolute path.
  ///   - command: Returns a worker's command for a submission.
  init(
    _ settings: SlurmSettings, tools: SlurmTools = SlurmTools(), identity: String, folder: String,
    command: @escaping @Sendable (_ token: String) -> [String]
  ) {
    (self.settings, self.tools, self.folder, self.command) = (settings, tools, folder, command)
    jobs = SlurmJobs(identity: identity, folder: folder)
  }

  func begin(tell: @escaping @Sendable (SchedulerNews) -> Void) {
    hasBegun.withLock { $0 = true }
    let thread = Thread { [self] in
      follow(tell)
      stopped.signal()
    }
    thread.start()
  }

  func start(_ count: Int, excluding hosts: [String]) {
    state.withLock { $0.starts.append((count, hosts)) }
    wake.signal()
  }

  func lookAgain() {
    state.withLock { $0.looksAgain = true }
    wake.signal()
  }

  func endAll() -> Bool {
    state.withLock { $0.isStopped = true }
    wake.signal()
    if hasBegun.withLock({ $0 }) { _ = stopped.wait(timeout: .now() + 4) }
    guard state.withLock({ $0.hasJobs }) else { return true }
    var tools = tools
    tools.timeLimitSeconds = 4
    // By name, since the numbers may be somebody else's by now.
    return (try? tools.run(["scancel", "--name=\(jobs.name)", "--user=\(NSUserName())"])) != nil
  }

  func log(of token: String, index: Int) -> String {
    let path = "\(folder)/\(SlurmSubmission.logName(token, index: String(index)))"
    guard let handle = FileHandle(forReadingAtPath: path) else { return "" }
    defer { try? handle.close() }
    let end = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: end > 2000 ? end - 2000 : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).suffix(3).joined(separator: " | ")
  }

  /// Submits and asks until it is stopped.
  private func follow(_ tell: @Sendable (SchedulerNews) -> Void) {
    var pauseSeconds = settings.pollSeconds.lowerBound
    var lastAsked: ContinuousClock.Instant?
    var last: [ScheduledWorker]?
    var hasAnswered = false
    while !state.withLock({ $0.isStopped }) {
      let starts = state.withLock { state in
        defer { state.starts = [] }
        return state.starts
      }
      for start in starts {
        submit(start.count, excluding: start.excludedHosts, tell)
        // What was submitted is asked for after the shortest pause.
        lastAsked = .now
      }
      let looksAgain = state.withLock { state in
        defer { state.looksAgain = false }
        return state.looksAgain
      }
      if looksAgain || !starts.isEmpty { pauseSeconds = settings.pollSeconds.lowerBound }
      let waited = lastAsked.map { $0.duration(to: .now) / .seconds(1) } ?? .infinity
      if waited >= pauseSeconds {
        let asked = ContinuousClock.now
        let workers = ask(tell, asked: asked, hasAnswered: hasAnswered)
        hasAnswered = hasAnswered || workers != nil
        pauseSeconds =
          workers == last && workers != nil
          ? min(settings.pollSeconds.upperBound, 1.5 * pauseSeconds)
          : settings.pollSeconds.lowerBound
        (last, lastAsked) = (workers, .now)
      } else {
        _ = wake.wait(timeout: .now() + (pauseSeconds - waited))
      }
    }
  }

  /// Asks what has become of the workers; nil if nobody answers.
  private func ask(
    _ tell: (SchedulerNews) -> Void, asked: ContinuousClock.Instant, hasAnswered: Bool
  ) -> [ScheduledWorker]? {
    do {
      let output = try tools.run(jobs.listing) { state.withLock { $0.isStopped } }
      let tokens = state.withLock { $0.tokens }
      let workers = SlurmJobs.workers(output, tokens: tokens)
      if workers.contains(where: { !$0.isOver }) { state.withLock { $0.hasJobs = true } }
      tell(.report(SchedulerReport(workers: workers, asked: asked)))
      return workers
    } catch {
      if case .refused(let text) = error, !hasAnswered {
        // Another time it would say the same.
        tell(.refused(text))
      } else {
        tell(.unreachable(error.text))
      }
      return nil
    }
  }

  private func submit(
    _ count: Int, excluding hosts: [String], _ tell: (SchedulerNews) -> Void
  ) {
    var left = count
    while left > 0, !state.withLock({ $0.isStopped }) {
      let token = LeaseName.random(12)
      let submission = SlurmSubmission(
        settings: settings, name: jobs.name, token: token, count: min(left, settings.arrayLimit),
        folder: folder, excludedHosts: hosts, command: command(token))
      left -= submission.count
      do {
        try AtomicFile.write(submission.script, to: "\(folder)/\(submission.scriptName)")
        state.withLock { $0.hasJobs = true }
        let output = try tools.run(submission.words)
        let job = output.split(whereSeparator: \.isNewline).last
          .flatMap { $0.split(separator: ";").first }.map(String.init)
        if let job { state.withLock { $0.tokens[job] = token } }
        tell(.submitted(token: token, count: submission.count, job: job))
      } catch SlurmTools.Problem.unreachable(let text) {
        // It may have arrived all the same: the next list has it, or the workers are missed and asked for again.
        tell(.submitted(token: token, count: submission.count, job: nil))
        tell(.unreachable(text))
      } catch SlurmTools.Problem.refused(let text) {
        tell(.refused(text))
        return
      } catch {
        tell(.refused("\(error)"))
        return
      }
    }
  }
}
