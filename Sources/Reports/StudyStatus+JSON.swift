import FileFormats
import HardwareProfiles
import Studies

extension StudyStatus {
  static let format = "autodistill-status/1"

  /// The status as a file has it; what is not known is null. `Results/README.md` documents the members.
  public var json: String { JSONText.object(members).formatted }

  private var members: [(String, JSONText)] {
    let own = inputs.state.ownTrials.compactMap(\.result)
    return [
      ("format", .text(StudyStatus.format)), ("name", .text(inputs.definition.name)),
      ("folder", .text(folder)), ("phase", .text(phase.rawValue)),
      ("complete", JSONText(isComplete)), ("missing", .array(missing.map(JSONText.text))),
      (
        "trials",
        .object([
          ("total", JSONText(inputs.definition.search.trials)), ("ended", JSONText(endedTrials)),
          ("failed", JSONText(own.count(where: \.outcome.isFailure))),
          ("stopped", JSONText(own.count { $0.outcome == .stopped })),
          ("outcomes", outcomes(own)),
          ("carried", JSONText(inputs.state.carriedCount)),
          ("exhausted", JSONText(inputs.state.searchEnded?.isExhausted ?? false)),
        ])
      ),
      ("teacher", teacher),
      ("finalists", inputs.state.finalists.map { .array($0.map { JSONText($0) }) } ?? .null),
      (
        "full_trainings",
        .object([
          ("ended", JSONText(endedFullTrainings)), ("remaining", JSONText(remaining.full)),
        ])
      ),
      ("best", .array(best.map(json))),
      ("trials_per_hour", JSONText(trialsPerHour, decimals: 3)),
      ("seconds_left", JSONText(secondsLeft, decimals: 1)),
      ("seconds_left_basis", .text(secondsLeftBasis)),
      ("seconds_taken", JSONText(takenSeconds, decimals: 1)),
      ("last_event_seconds", JSONText(lastEventSeconds, decimals: 1)),
      ("folder_bytes", JSONText(folderBytes)), ("run", run.map(json) ?? .null),
    ]
  }

  /// How many trials ended in each way, and those that have not.
  private func outcomes(_ own: [JournalEvent.Finished]) -> JSONText {
    let ended = JournalEvent.Finished.Outcome.allCases.map { outcome in
      (outcome.rawValue, JSONText(own.count { $0.outcome == outcome }))
    }
    let open = inputs.state.ownTrials.count - own.count
    let atWork =
      phase == .running ? run?.running.count { $0.kind == .flash && $0.isWaiting != true } ?? 0 : 0
    return .object(
      ended + [
        ("running", JSONText(min(atWork, open))), ("proposed", JSONText(max(0, open - atWork))),
      ])
  }

  private var teacher: JSONText {
    guard let teacher = inputs.state.teacher else { return .null }
    return .object([
      ("validation_accuracy", JSONText(teacher.validation.accuracy, decimals: 5)),
      ("test_accuracy", JSONText(teacher.test?.accuracy, decimals: 5)),
    ])
  }

  private func json(_ best: Best) -> JSONText {
    func json(
      _ student: (trial: Int, key: String, accuracy: Double, costs: Costs)?
    ) -> JSONText {
      guard let student else { return .null }
      let costs = inputs.definition.objectives.map { metric in
        (metric.description, JSONText(try? student.costs.value(of: metric), decimals: 5))
      }
      return .object([
        ("trial", JSONText(student.trial)), ("key", .text(student.key)),
        ("accuracy", JSONText(student.accuracy, decimals: 5)), ("costs", .object(costs)),
      ])
    }
    return .object([
      ("budget", JSONText(best.budget)),
      ("flash", json(best.flash.map { ($0.number, $0.key, $0.flashAccuracy ?? .nan, $0.costs) })),
      (
        "full",
        json(best.full.map { ($0.trial, $0.key, $0.validationAccuracy, $0.frontCosts) })
      ),
    ])
  }

  private func json(_ run: RunProgress) -> JSONText {
    .object([
      ("process", JSONText(Int(run.process))), ("host", .text(run.host)),
      ("version", .text(run.version)), ("began", .text(run.began)),
      ("seconds", JSONText(run.seconds, decimals: 1)),
      ("cpu_seconds", JSONText(run.processorSeconds, decimals: 1)),
      ("workers", JSONText(run.workers)),
      ("max_seconds", JSONText(run.limits.seconds, decimals: 3)),
      ("max_trials", run.limits.trials.map { JSONText($0) } ?? .null),
      ("max_cpu_seconds", JSONText(run.limits.processorSeconds, decimals: 3)),
      ("trials", JSONText(run.trials)), ("stage", .text(run.stage)),
      ("stage_seconds", JSONText(run.stageSeconds, decimals: 1)),
      ("done", JSONText(run.done, decimals: 3)),
      ("total", run.total.map { JSONText($0) } ?? .null), ("detail", JSONText(run.detail)),
      ("running", .array(run.running.map(\.json))),
      ("executor", run.executor.map(\.json) ?? .null),
    ])
  }
}
