import HardwareProfiles
import Studies

extension StudyStatus {
  /// The status on one screen: at most 24 lines of 80 characters.
  public var lines: [String] {
    var rows: [(String, String)] = [("stage", stageText), ("trials", trialText)]
    rows.append(("teacher", teacherText))
    rows.append(("full", fullText))
    rows += numbered("best", bestTexts, most: 4)
    rows.append(("rate", rateText))
    rows.append(("left", leftText))
    rows.append(("taken", takenText))
    rows.append(("last event", lastEventSeconds.map { "\($0.duration) ago" } ?? "none yet"))
    rows.append(("disk", StudyStatus.megabytes(folderBytes)))
    if phase == .running {
      let workers = numbered("workers", run?.executor?.lines ?? [], most: 2)
      rows += workers + numbered("running", runningTexts, most: 5 - workers.count)
    }
    rows += numbered("missing", missing, most: 4)
    return
      ([heading, folder.printableLine]
      + rows.map { name, text in
        name.padding(to: StudyStatus.nameWidth) + text.printableLine
      }).map { $0.clipped(to: StudyStatus.width) }
  }

  /// The status on one line.
  public var line: String {
    ([stageText, "\(endedTrials) of \(inputs.definition.search.trials) trials"]
      + (trialsPerHour.map { ["\($0.brief) an hour"] } ?? [])
      + (phase == .running ? secondsLeft.map { ["about \($0.duration) left"] } ?? [] : [])
      + bestTexts.prefix(1).map { "best \($0)" }).joined(separator: " · ").printableLine
  }

  private static let width = 80
  /// Of the column of names.
  private static let nameWidth = 11

  private var heading: String {
    "\(inputs.definition.name.printableLine) · " + phaseText
  }

  /// Whether and where the study is running.
  public var phaseText: String {
    switch phase {
    case .notBegun: return "not begun"
    case .running:
      guard let run else { return "running" }
      return "running: process \(run.process) on \(run.host)"
    case .stopped: return "unfinished, nothing runs"
    case .killed:
      guard let run else { return "the last run was killed" }
      return "killed: process \(run.process) on \(run.host) has gone"
    case .finished: return "finished"
    case .nothingFeasible: return "no student meets the constraints"
    }
  }

  private var stageText: String {
    guard phase == .running, let run else {
      let state = inputs.state
      switch phase {
      case .finished: return "finished"
      case .nothingFeasible: return "ended before the search"
      default:
        return state.teacher == nil
          ? "before the teacher"
          : state.searchEnded == nil ? "in the search" : "in the full trainings"
      }
    }
    guard !run.stage.isEmpty else { return "beginning" }
    var text = run.stage
    if let done = run.done, let total = run.total, total > 0 {
      text += " \((done / Double(total)).percent(0)) %"
    }
    return text + (run.detail.map { ", \($0)" } ?? "") + " (\(run.stageSeconds.duration))"
  }

  private var trialText: String {
    let own = inputs.state.ownTrials.compactMap(\.result)
    let failed = own.count(where: \.outcome.isFailure)
    let stopped = own.count { $0.outcome == .stopped }
    var text = "\(endedTrials) of \(inputs.definition.search.trials) ended"
    if failed > 0 { text += ", \(failed) failed" }
    if stopped > 0 { text += ", \(stopped) stopped at a rung" }
    let carried = inputs.state.carriedCount
    if carried > 0 { text += ", \(carried) carried over" }
    let isExhausted =
      inputs.state.searchEnded?.exhaustion(wanted: inputs.definition.search.trials) != nil
    return text + (isExhausted ? "; no other student is left to try" : "")
  }

  private var teacherText: String {
    guard let teacher = inputs.state.teacher else { return "not trained yet" }
    return "validation accuracy \(teacher.validation.accuracy.percentage)"
      + (teacher.test.map { ", test \($0.accuracy.percentage)" } ?? "")
  }

  private var fullText: String {
    let ended = endedFullTrainings
    let trials = (inputs.state.finalists ?? []).map(String.init).joined(separator: ", ")
    return "\(ended) of \(searches ? "at most " : "")\(ended + remaining.full) trainings ended"
      + (trials.isEmpty ? "; finalists not chosen yet" : "; finalists \(trials)")
  }

  /// Full trainings of any kind that have ended.
  var endedFullTrainings: Int {
    inputs.state.distilled.count + inputs.state.referenceTrainings.count
  }

  private var searches: Bool { inputs.state.searchEnded == nil }

  private var bestTexts: [String] {
    best.map { best in
      let budget = best.budget.map { ": \($0)" } ?? ""
      let metric = inputs.definition.objectives[0]
      func cost(_ costs: Costs) -> String {
        (try? costs.largest(metric)).map { "\(metric.text($0.value)) \(metric.unit)" } ?? "–"
      }
      if let full = best.full {
        return "\(full.validationAccuracy.percentage) at \(cost(full.frontCosts)), "
          + "trial \(full.trial)\(budget)"
      }
      if let flash = best.flash, let accuracy = flash.flashAccuracy {
        return "\(accuracy.percentage) by flash at \(cost(flash.costs)), "
          + "trial \(flash.number)\(budget)"
      }
      return "none yet\(budget)"
    }
  }

  private var rateText: String {
    guard let rate = trialsPerHour else { return "no trial has ended in this run" }
    let isRun = phase == .running && run?.stage == StudyRunner.Stage.search.rawValue
    return "\(rate.brief) trials an hour in \(isRun ? "this run" : "the search")"
  }

  private var leftText: String {
    if phase == .nothingFeasible || isComplete { return "nothing" }
    guard let secondsLeft else { return secondsLeftBasis }
    return "about \(secondsLeft.duration): \(secondsLeftBasis)"
  }

  private var takenText: String {
    let all = "\(takenSeconds.duration) in all runs"
    guard phase == .running, let run else { return all }
    return "\(run.seconds.duration) in this run (\(run.processorSeconds.duration) CPU), \(all)"
  }

  /// The rows of each training that runs.
  private var runningTexts: [[String]] {
    (run?.running ?? []).map { training in
      let name = training.trial.map { "trial \($0)" } ?? training.key
      let text =
        name.padding(to: 12) + training.kind.rawValue.padding(to: 10)
        + (training.isWaiting == true
          ? "waits for a worker"
          : "\(training.share.percent(0)) %".padding(to: 7) + training.seconds.duration)
      let place = place(of: training)
      if place.isEmpty { return [text] }
      let row = text.padding(to: 39) + place
      // Where it does not fit, it stands below the kind.
      return row.count <= StudyStatus.width - StudyStatus.nameWidth
        ? [row] : [text, "".padding(to: 12) + place]
    }
  }

  /// Which process has a training, and what is worth saying of it.
  private func place(of training: RunningTraining) -> String {
    var parts = training.process.map { ["process \($0)"] } ?? []
    if let host = training.host { parts.append("on \(host)") }
    if let attempt = training.attempt, attempt > 1 { parts.append("attempt \(attempt)") }
    if let silent = training.silentSeconds, silent > 30 {
      parts.append("silent \(silent.duration)")
    }
    return parts.joined(separator: ", ")
  }

  /// Returns rows with the name at the first only, the last saying how many are left out.
  private func numbered(_ name: String, _ texts: [String], most: Int) -> [(String, String)] {
    numbered(name, texts.map { [$0] }, most: most)
  }

  /// The same of things that take several rows each, none of which is shown in part.
  private func numbered(_ name: String, _ things: [[String]], most: Int) -> [(String, String)] {
    var shown: [String] = []
    for (place, rows) in things.enumerated() {
      let room = place == things.count - 1 ? most : most - 1
      if shown.count + rows.count > room {
        shown.append("and \(things.count - place) more")
        break
      }
      shown += rows
    }
    return shown.enumerated().map { ($0 == 0 ? name : "", $1) }
  }

  private static func megabytes(_ bytes: Int) -> String {
    "\((Double(bytes) / 1_048_576).brief) MiB"
  }
}

extension String {
  /// Returns the text with spaces up to a width, one at least.
  func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(1, width - count))
  }

  /// Returns as much of the text as a width has room for, with a mark where something is left out.
  func clipped(to width: Int) -> String { count > width ? prefix(max(0, width - 1)) + "…" : self }
}
