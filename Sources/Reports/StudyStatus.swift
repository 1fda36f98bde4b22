import FileFormats
import Foundation
import HardwareProfiles
import SearchSpaces
import Studies

/// How a study is getting on, read while it runs or not, without disturbing it.
public struct StudyStatus: Sendable {
  /// Where the study stands.
  public enum Phase: String, Sendable {
    case notBegun = "not_begun"
    case running
    /// Unfinished, and nothing works on it; the last run ended in order.
    case stopped
    /// The last run has gone without a word.
    case killed
    case finished
    case nothingFeasible = "nothing_feasible"
  }

  /// The best of a budget so far.
  struct Best: Sendable {
    /// As the budget is called; nil for a study without limits and budgets.
    let budget: String?
    /// The most accurate by its flash training.
    let flash: StudyState.Trial?
    /// The most accurate after its full training.
    let full: StudyResults.Student?
  }

  public let phase: Phase
  /// What an unfinished study still lacks, in the order in which it will come.
  let missing: [String]
  let folder: String
  let inputs: ReportInputs
  /// What the run does, or did when it was killed.
  let run: RunProgress?
  let remaining: RemainingWork
  let best: [Best]
  /// The workers that the estimate is for.
  let workers: Int
  /// Since something was last written to the journal; nil if nothing was.
  let lastEventSeconds: Double?
  let folderBytes: Int
  /// Whether the last stage of a run, the report, has been.
  let hasReport: Bool
  /// What `study.json` asks for that no run has taken over yet.
  let growth: [String]

  /// - Parameters:
  ///   - run: The contents of `progress.json`, if it is there.
  ///   - isRunning: Whether a process has the study's lock.
  ///   - workers: What a run would have, where none is known.
  ///   - lastEventSeconds: The age of the journal's last line.
  ///   - folderBytes: What the folder takes on the disk.
  ///   - hasReport: Whether a report has been written.
  public init(
    files: StudyFiles, state: StudyState, run: RunProgress?, isRunning: Bool, workers: Int,
    lastEventSeconds: Double?, folderBytes: Int, hasReport: Bool
  ) {
    // What may not change is for `run` to say.
    let growth = ((try? files.changes(since: state)) ?? []).map(\.description)
    let files = files.calibrated(by: state)
    let results = StudyResults(files.definition, state)
    self.init(
      ReportInputs(
        definition: files.definition, state: state, results: results,
        trials: TrialTable(files.definition, state, results), space: files.space,
        profiles: files.profiles, choices: [], version: ""),
      folder: files.folder.path, run: run, isRunning: isRunning, workers: workers,
      lastEventSeconds: lastEventSeconds, folderBytes: folderBytes, hasReport: hasReport,
      growth: growth)
  }

  init(
    _ inputs: ReportInputs, folder: String, run: RunProgress?, isRunning: Bool, workers: Int,
    lastEventSeconds: Double?, folderBytes: Int, hasReport: Bool, growth: [String] = []
  ) {
    let state = inputs.state
    (self.inputs, self.folder) = (inputs, folder)
    (self.hasReport, self.growth) = (hasReport, growth)
    if !growth.isEmpty {
      missing =
        ["what study.json asks for since: \(growth.joined(separator: "; "))"] + inputs.missing
    } else if StudyStatus.lacksOnlyReport(inputs, hasReport: hasReport) {
      missing = ["the report: it is not written yet"]
    } else {
      missing = inputs.missing
    }
    phase = StudyStatus.phase(
      inputs, missing, isRunning: isRunning, hasLeftProgress: run != nil)
    self.run = run
    self.workers = run?.workers ?? inputs.definition.workers ?? workers
    remaining = RemainingWork(inputs.definition, state, designs: inputs.space.references.count)
    (self.lastEventSeconds, self.folderBytes) = (lastEventSeconds.map { max(0, $0) }, folderBytes)
    let budgets = inputs.definition.askedBudgets
    best = budgets.isEmpty ? [inputs.best(within: nil)] : budgets.map(inputs.best(within:))
  }

  /// - Parameter hasLeftProgress: Whether a run has not removed its `progress.json`. Of one that was killed when all
  ///   was done nobody need know.
  private static func phase(
    _ inputs: ReportInputs, _ missing: [String], isRunning: Bool, hasLeftProgress: Bool
  ) -> Phase {
    if isRunning { return .running }
    if inputs.state.nothingFeasible != nil { return .nothingFeasible }
    if missing.isEmpty { return .finished }
    if hasLeftProgress { return .killed }
    return inputs.state.began == nil ? .notBegun : .stopped
  }

  /// Whether the study lacks nothing that it asks for.
  public var isComplete: Bool { missing.isEmpty }

  /// Whether only the report is to be written, which a run does after it has let go of the study.
  public var lacksOnlyReport: Bool {
    growth.isEmpty && StudyStatus.lacksOnlyReport(inputs, hasReport: hasReport)
  }

  private static func lacksOnlyReport(_ inputs: ReportInputs, hasReport: Bool) -> Bool {
    !hasReport && inputs.state.nothingFeasible == nil && inputs.missing.isEmpty
  }

  /// The trials of the search that have ended.
  var endedTrials: Int { inputs.state.ownTrials.count { $0.result != nil } }

  /// How many flash trials an hour end in this run; in the search of all runs where nothing runs. Nil before
  /// one has ended.
  var trialsPerHour: Double? {
    if phase == .running, let run, run.stage == StudyRunner.Stage.search.rawValue {
      return run.trials > 0 && run.stageSeconds > 0
        ? 3600 * Double(run.trials) / run.stageSeconds : nil
    }
    let seconds = inputs.state.stageSeconds
      .filter { $0.stage == StudyRunner.Stage.search.rawValue }.reduce(0) { $0 + $1.seconds }
    return endedTrials > 0 && seconds > 0 ? 3600 * Double(endedTrials) / seconds : nil
  }

  /// How long the rest takes; nil where nothing is known of it yet.
  var secondsLeft: Double? {
    guard inputs.state.teacher != nil || isComplete, growth.isEmpty else { return nil }
    return remaining.seconds(
      workers: workers, running: phase == .running ? run?.running ?? [] : [])
  }

  /// What the time left is made of, in words.
  var secondsLeftBasis: String {
    guard growth.isEmpty else { return "known once a run has taken over what study.json asks for" }
    guard inputs.state.teacher != nil else { return "known once the teacher is trained" }
    guard let flash = remaining.flashSeconds ?? remaining.fullSeconds else {
      return "known once a flash trial has ended"
    }
    var parts: [String] = []
    if remaining.flash > 0 {
      parts.append("\(remaining.flash) flash of \(flash.duration)")
    }
    if remaining.full > 0, let full = remaining.fullSeconds {
      parts.append(
        "\(remaining.full) full of \(full.duration)"
          + (remaining.isFullMeasured ? "" : " (guessed)"))
    }
    return parts.isEmpty
      ? "no training" : parts.joined(separator: ", ") + ", \(counted(workers, "worker"))"
  }

  /// What all runs together have taken.
  var takenSeconds: Double {
    inputs.state.stageSeconds.reduce(phase == .running ? run?.stageSeconds ?? 0 : 0) {
      $0 + $1.seconds
    }
  }
}

extension ReportInputs {
  /// Returns the best so far that keep a budget, the cheapest of several; nil stands for no limit.
  fileprivate func best(within budget: Budget?) -> StudyStatus.Best {
    func keeps(_ costs: Costs) -> Bool {
      budget.map { definition.violation($0, costs) == 0 } ?? true
    }
    func better(_ a: (Double, Double), _ b: (Double, Double)) -> Bool {
      (a.0, -a.1) < (b.0, -b.1)
    }
    return StudyStatus.Best(
      budget: budget?.name,
      flash: measuredTrials.filter { keeps($0.costs) && $0.broken == nil }.max {
        better(
          ($0.flashAccuracy ?? 0, definition.firstCost($0.costs)),
          ($1.flashAccuracy ?? 0, definition.firstCost($1.costs)))
      },
      full: definition.keeping(budget, results.students.filter(\.keepsLimits)).mostAccurate)
  }
}
