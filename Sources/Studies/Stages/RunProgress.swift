import FileFormats
import Foundation

/// What a run does at the moment, as `progress.json` holds it for those who watch.
public struct RunProgress: Hashable, Sendable, Codable {
  public static let format = "autodistill-progress/1"

  public var format = RunProgress.format
  public var version: String
  /// The process that runs the study, and the machine that it is on.
  public var process: Int32
  public var host: String
  /// When the run began, by the machine's calendar clock, UTC.
  public var began: String
  public var workers: Int
  public var limits: Limits
  /// Since the run began.
  public var seconds = 0.0
  /// Of all threads and workers together since then.
  public var processorSeconds = 0.0
  /// Flash trials that have ended in this run.
  public var trials = 0
  /// The stage; empty before the first.
  public var stage = ""
  /// What the stage has taken.
  public var stageSeconds = 0.0
  public var stageProcessorSeconds = 0.0
  /// How far what the stage does now is: `done` of `total`, and what that is; nil where nothing is counted.
  public var done: Double?
  public var total: Int?
  public var detail: String?
  public var running: [RunningTraining] = []
  /// What executes the trainings; nil before the first.
  public var executor: WorkerCounts?

  /// The limits of the run.
  public struct Limits: Hashable, Sendable, Codable {
    public var seconds: Double?
    public var trials: Int?
    public var processorSeconds: Double?

    enum CodingKeys: String, CodingKey {
      case seconds, trials
      case processorSeconds = "cpu_seconds"
    }
  }

  enum CodingKeys: String, CodingKey {
    case format, version, process, host, began, workers, limits, seconds, trials, stage, done, total
    case detail, running, executor
    case processorSeconds = "cpu_seconds"
    case stageSeconds = "stage_seconds"
    case stageProcessorSeconds = "stage_cpu_seconds"
  }
}

extension RunProgress {
  /// What is known when a run begins.
  init(_ context: StudyContext) {
    self.init(
      version: context.version, process: getpid(), host: ProcessInfo.processInfo.hostName,
      began: Date(timeIntervalSinceNow: -context.meter.seconds).formatted(.iso8601),
      workers: context.workers,
      limits: Limits(
        seconds: context.limits.seconds, trials: context.limits.trials,
        processorSeconds: context.limits.processorSeconds))
  }

  /// Returns what the run in a folder does, or did when it was killed; nil if there is nothing to read.
  public static func read(_ folder: StudyFolder) -> RunProgress? {
    guard let data = FileManager.default.contents(atPath: folder.progress),
      let progress = try? JSONDecoder().decode(RunProgress.self, from: data),
      progress.format == RunProgress.format
    else { return nil }
    return progress
  }

  /// The time that a killed run has spent in its stage, as far as it has told.
  var lostStage: JournalEvent.StageTimed? {
    stage.isEmpty || stageSeconds <= StudyRunner.shortestTimed
      ? nil
      : JournalEvent.StageTimed(
        stage: stage, seconds: stageSeconds, workers: workers,
        processorSeconds: stageProcessorSeconds, isInterrupted: true)
  }
}
