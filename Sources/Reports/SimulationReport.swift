import FileFormats
import Foundation
import Studies

/// A simulation of a study, as a text for people and as JSON.
public struct SimulationReport {
  private let outcome: SimulationOutcome
  /// The most memory that the process had, and what of it came with the simulation.
  private let peakMemoryBytes: Int
  private let grownBytes: Int

  /// - Parameters:
  ///   - peakMemoryBytes: The most memory that the process had.
  ///   - bytesBefore: What it had when the simulation began.
  public init(_ outcome: SimulationOutcome, peakMemoryBytes: Int, bytesBefore: Int) {
    (self.outcome, self.peakMemoryBytes) = (outcome, peakMemoryBytes)
    grownBytes = max(0, peakMemoryBytes - bytesBefore)
  }

  /// What a trial takes of the controller's memory, in bytes.
  private var bytesPerTrial: Double { Double(grownBytes) / Double(max(1, outcome.trials)) }
}

extension SimulationReport {
  /// The figures for people, several lines.
  public var text: String {
    ([heading, assumptions, "", tableHead] + outcome.timelines.map(row) + [""] + advice
      + [controller, memory]).joined(separator: "\n")
  }

  private var heading: String {
    "\(outcome.name): \(counted(outcome.trials, "flash trial")) by the sampler \(outcome.sampler), "
      + "look-ahead \(outcome.lookAhead), then \(counted(outcome.finalTrainings, "full training"))"
  }

  private var assumptions: String {
    "a flash trial takes \(outcome.meanTrialSeconds.duration) in the mean "
      + "(\(outcome.isFromJournal ? "as in the journal" : "as given"), "
      + "spread \(outcome.spread.fixed(2)) of its logarithm), "
      + "a full training \(outcome.meanFinalSeconds.duration); "
      + "of executions \((100 * outcome.failures).brief) % die, which costs "
      + "\((100 * outcome.lostShare).brief) % of the work; accuracies are made up"
  }

  private var tableHead: String {
    columns(
      "workers", "wall time", "search", "full", "worker hours", "busy", "wait: look-ahead",
      "wait: ends", "trials/s")
  }

  private func row(_ timeline: SimulatedTimeline) -> String {
    columns(
      "\(timeline.workers)", timeline.wallSeconds.duration, timeline.searchSeconds.duration,
      timeline.finalSeconds.duration,
      (Double(timeline.workers) * timeline.wallSeconds / 3600).brief,
      share(timeline.utilisation), share(timeline.share(timeline.lookAheadSeconds)),
      share(timeline.share(timeline.endSeconds)), outcome.trialsPerSecond(timeline).brief)
  }

  private func share(_ share: Double) -> String { "\(share.percent(1)) %" }

  private func columns(_ texts: String...) -> String {
    zip(texts, [8, 14, 14, 14, 14, 9, 18, 12, 10]).map { text, width in
      String(repeating: " ", count: max(1, width - text.count)) + text
    }.joined()
  }

  /// What is to be made of the table.
  private var advice: [String] {
    var lines: [String] = []
    if let knee = outcome.knee {
      let isLast = knee.workers == outcome.timelines.last?.workers
      lines.append(
        isLast
          ? "knee:        none up to \(counted(knee.workers, "worker")), the most that were compared"
          : "knee:        \(counted(knee.workers, "worker")); more bring less than 70 % of what they cost"
      )
    }
    for timeline in outcome.timelines {
      guard let advised = outcome.lookAhead(keepingBusy: timeline.workers) else { continue }
      lines.append(
        "look-ahead:  \(counted(timeline.workers, "worker")) would be busy with "
          + "search.look_ahead \(advised) instead of \(outcome.lookAhead); then trials are proposed "
          + "from older results")
    }
    return lines
  }

  private var controller: String {
    let controller = outcome.controller
    let demanded = outcome.timelines.map(outcome.trialsPerSecond).max() ?? 0
    let possible = controller.trialsPerSecond
    return
      "controller:  \(controller.processorSeconds.fixed(1)) s of processor time, "
      + "\(controller.seconds.fixed(1)) s by the clock for the search: \(possible.brief) trials a second; "
      + (demanded <= possible
        ? "the workers ask for \(demanded.brief) at most"
        : "the workers ask for \(demanded.brief), so they would wait for it")
  }

  private var memory: String {
    "memory:      \((Double(peakMemoryBytes) / 1e6).brief) MB at most, "
      + "\((bytesPerTrial / 1e3).brief) kB for each trial"
  }
}

extension SimulationReport {
  /// The figures as one JSON object on several lines.
  public var json: String {
    let timelines = outcome.timelines.map { timeline in
      JSONText.object([
        ("workers", JSONText(timeline.workers)),
        ("wall_seconds", JSONText(timeline.wallSeconds, decimals: 3)),
        ("search_seconds", JSONText(timeline.searchSeconds, decimals: 3)),
        ("full_seconds", JSONText(timeline.finalSeconds, decimals: 3)),
        (
          "worker_hours",
          JSONText(Double(timeline.workers) * timeline.wallSeconds / 3600, decimals: 4)
        ),
        ("utilisation", JSONText(timeline.utilisation, decimals: 5)),
        (
          "look_ahead_wait_share",
          JSONText(timeline.share(timeline.lookAheadSeconds), decimals: 5)
        ),
        ("end_wait_share", JSONText(timeline.share(timeline.endSeconds), decimals: 5)),
        ("trials_per_second", JSONText(outcome.trialsPerSecond(timeline), decimals: 5)),
        (
          "advised_look_ahead",
          outcome.lookAhead(keepingBusy: timeline.workers).map { JSONText($0) } ?? .null
        ),
      ])
    }
    let controller = JSONText.object([
      ("cpu_seconds", JSONText(outcome.controller.processorSeconds, decimals: 3)),
      ("seconds", JSONText(outcome.controller.seconds, decimals: 3)),
      ("trials_per_second", JSONText(outcome.controller.trialsPerSecond, decimals: 2)),
      ("peak_memory_bytes", JSONText(peakMemoryBytes)),
      ("bytes_per_trial", JSONText(bytesPerTrial, decimals: 0)),
    ])
    return JSONText.object([
      ("format", .text("autodistill-simulation/1")),
      ("name", .text(outcome.name)), ("sampler", .text(outcome.sampler)),
      ("look_ahead", JSONText(outcome.lookAhead)), ("trials", JSONText(outcome.trials)),
      ("full_trainings", JSONText(outcome.finalTrainings)),
      ("mean_trial_seconds", JSONText(outcome.meanTrialSeconds, decimals: 3)),
      ("mean_full_seconds", JSONText(outcome.meanFinalSeconds, decimals: 3)),
      ("spread", JSONText(outcome.spread, decimals: 4)),
      ("times", .text(outcome.isFromJournal ? "journal" : "given")),
      ("failures", JSONText(outcome.failures, decimals: 5)),
      ("lost_share", JSONText(outcome.lostShare, decimals: 5)),
      ("knee_workers", outcome.knee.map { JSONText($0.workers) } ?? .null),
      ("workers", .array(timelines)), ("controller", controller),
    ]).formatted
  }
}
