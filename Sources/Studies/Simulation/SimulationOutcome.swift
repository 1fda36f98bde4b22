/// What a simulation says of a study.
public struct SimulationOutcome: Hashable, Sendable {
  /// What the process that runs the study has to do: proposals, pricing, the journal.
  public struct Controller: Hashable, Sendable {
    public var trials: Int
    /// Of the search, in seconds; measured, not simulated.
    public var processorSeconds: Double
    /// How much of that is of the thread that proposes and records.
    public var threadSeconds: Double
    /// The same by the clock: with what the disk takes.
    public var seconds: Double

    /// Trials that it can propose and record in a second; never more than `mostMeasurable`.
    public var trialsPerSecond: Double {
      Double(trials) / max(seconds, Double(trials) / Controller.mostMeasurable)
    }

    private static let mostMeasurable = 1e6
  }

  public let name: String
  public let sampler: String
  public let lookAhead: Int
  /// Flash trials.
  public let trials: Int
  /// Trainings after the search.
  public let finalTrainings: Int
  /// The mean of what a flash trial occupies a worker for, in seconds.
  public let meanTrialSeconds: Double
  /// The same of trainings after the search.
  public let meanFinalSeconds: Double
  /// The standard deviation of the logarithm of what flash trainings take, students of equal MACs.
  public let spread: Double
  /// Whether times follow the study's own journal.
  public let isFromJournal: Bool
  /// The probability that an execution dies, 0…1, and the share of all trainings that was lost by it.
  public let failures: Double
  public let lostShare: Double
  /// One for each number of workers, ascending.
  public let timelines: [SimulatedTimeline]
  public let controller: Controller
  /// What the product's own loop took with the most workers, in simulated seconds: the last timeline says the
  /// same.
  public let simulatedSeconds: Double

  private let work: SimulatedWork

  init(
    _ work: SimulatedWork, _ definition: StudyDefinition, _ settings: SimulationSettings,
    _ times: SimulatedTimes, controller: Controller, simulatedSeconds: Double
  ) {
    self.work = work
    name = definition.name
    sampler = definition.search.sampler.rawValue
    lookAhead = definition.search.lookAhead
    trials = work.trialCount
    let finals = work.parts.filter { !$0.isOfSearch }.flatMap(\.seconds)
    finalTrainings = finals.count
    let flash = work.parts.filter { $0.kind == .search }.flatMap(\.seconds)
    meanTrialSeconds = flash.reduce(0, +) / Double(max(1, flash.count))
    meanFinalSeconds = finals.reduce(0, +) / Double(max(1, finals.count))
    (spread, isFromJournal) = (times.spread, times.isFromJournal)
    failures = settings.failures
    lostShare = work.seconds > 0 ? work.lostSeconds / work.seconds : 0
    timelines = settings.workers.map {
      SimulatedTimeline(work, workers: $0, lookAhead: definition.search.lookAhead)
    }
    (self.controller, self.simulatedSeconds) = (controller, simulatedSeconds)
  }
}

// What to make of it.

extension SimulationOutcome {
  /// Workers that wait for look-ahead no longer than this share of the search are busy.
  private static let bearableWait = 0.05
  /// As a share of the speed-up that more workers could bring: with less, they are hardly worth it.
  private static let worthwhileGain = 0.7

  /// The most workers, of those compared, that are worth it: up to them, each step makes the study faster by at
  /// least 70 % of what more workers could. Nil where only one number is compared.
  public var knee: SimulatedTimeline? {
    guard timelines.count > 1 else { return nil }
    for (fewer, more) in zip(timelines, timelines.dropFirst()) {
      let gain = fewer.wallSeconds / max(more.wallSeconds, 1e-9)
      if gain < SimulationOutcome.worthwhileGain * Double(more.workers) / Double(fewer.workers) {
        return fewer
      }
    }
    return timelines.last
  }

  /// Returns the smallest look-ahead that keeps this many workers busy in the search, to about a third, if the
  /// trainings take what they take here; nil if the study's does.
  public func lookAhead(keepingBusy workers: Int) -> Int? {
    func isBusy(_ lookAhead: Int) -> Bool {
      let timeline = SimulatedTimeline(work, workers: workers, lookAhead: lookAhead)
      let all = Double(workers) * timeline.searchSeconds
      return timeline.lookAheadSeconds <= SimulationOutcome.bearableWait * all
    }
    if isBusy(lookAhead) { return nil }
    var candidate = Double(max(workers, lookAhead))
    while Int(candidate) < trials {
      if isBusy(Int(candidate)) { return Int(candidate) }
      candidate = (candidate * 1.33).rounded(.up)
    }
    return trials
  }

  /// Returns how many trials end in a second of the search, in the mean.
  public func trialsPerSecond(_ timeline: SimulatedTimeline) -> Double {
    timeline.searchSeconds > 0 ? Double(trials) / timeline.searchSeconds : 0
  }
}
