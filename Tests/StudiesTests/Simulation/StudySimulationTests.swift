import BayesianOptimization
import Foundation
import TestSupport
import Testing

@testable import Studies

@Suite("a simulated study")
struct StudySimulationTests {
  /// A simulation and the folder that it leaves.
  private struct Simulated {
    let outcome: SimulationOutcome
    let folder: StudyFolder
    let temporary: TemporaryFolder

    var state: StudyState { get throws { try Journal.state(of: folder) } }
  }

  private func simulate(
    _ study: TinyStudy, workers: [Int], _ change: (inout SimulationSettings) -> Void = { _ in }
  ) throws -> Simulated {
    var settings = SimulationSettings(workers: workers)
    settings.meanTrialSeconds = 90
    change(&settings)
    let temporary = try TemporaryFolder()
    let folder = StudyFolder(temporary.file("simulated"))
    let outcome = try StudySimulation(study.folder, settings, in: folder)
      .run(version: "1", report: { _ in }, isCancelled: { false })
    return Simulated(outcome: outcome, folder: folder, temporary: temporary)
  }

  private static let audited = StudyText.tiny
    .setting("audit", "{\"count\": 4, \"smallest_correlation\": 0.99}")
    .setting("flash", "{\"fraction\": 0.2, \"batch\": 12, \"statistics_batches\": 4}")
    .setting("finalists", "{\"count\": 6, \"seeds\": 2}")

  @Test(
    "takes as long by the product's own loop as the timeline says, deaths and audits included",
    arguments: [1, 3, 8, 20])
  func timeline(workers: Int) throws {
    let study = try TinyStudy.large(
      "{\"trials\": 60, \"look_ahead\": 8, \"sampler\": \"random\"}", Self.audited)
    let outcome = try simulate(study, workers: [workers]) { $0.failures = 0.1 }.outcome
    let timeline = try #require(outcome.timelines.first)
    #expect(outcome.trials == 60 && outcome.lostShare > 0)
    #expect(abs(outcome.simulatedSeconds / timeline.wallSeconds - 1) < 1e-9)
    // Six finalists with and without the teacher, twice each; the audit's are of the search.
    #expect((18...28).contains(outcome.finalTrainings))
  }

  @Test("tries, audits and chooses the same students with any number of workers")
  func workers() throws {
    let study = try TinyStudy.large(
      "{\"trials\": 40, \"look_ahead\": 6, \"sampler\": \"evolution\"}", Self.audited)
    let one = try simulate(study, workers: [1]) { $0.failures = 0.1 }
    let many = try simulate(study, workers: [1, 16]) { $0.failures = 0.1 }
    #expect(try StudyOutcome(one.state) == StudyOutcome(many.state))
    #expect(one.outcome.timelines[0] == many.outcome.timelines[0])
    #expect(try one.state.audited != nil && one.state.finalists?.count == 6)
  }

  @Test("only reads the study, prepared or not")
  func untouched() throws {
    let study = try TinyStudy.large("{\"trials\": 12, \"sampler\": \"random\"}")
    func files() throws -> [String: Data?] {
      let names = try FileManager.default.subpathsOfDirectory(atPath: study.folder.path)
      return Dictionary(
        uniqueKeysWithValues: names.map { name in
          (name, FileManager.default.contents(atPath: study.temporary.file(name)))
        })
    }
    for _ in 0..<2 {
      let before = try files()
      _ = try simulate(study, workers: [2])
      #expect(try files() == before)
      _ = try study.inputs()
    }
    #expect(try files()["data/dataset.json"] != nil)
  }

  @Test("takes times and accuracies from the study's journal, where it has them")
  func journal() throws {
    let study = try TinyStudy()
    let temporary = try TemporaryFolder()
    let real = try StudyRun(FakeWorker(in: temporary))(study, through: .search)
    let simulated = try simulate(study, workers: [1]) { $0.meanTrialSeconds = nil }
    let outcome = simulated.outcome
    // The worker says of all trainings that they took 0.25 s; trial 0 is trained twice here.
    #expect(outcome.isFromJournal && outcome.spread < 1e-6)
    #expect(abs(outcome.meanTrialSeconds - 0.25 * 9 / 8) < 1e-6)
    let known = Dictionary(
      uniqueKeysWithValues: real.trials.compactMap { trial in
        trial.result?.validation.map { (trial.key, $0) }
      })
    let met = try simulated.state.trials.filter { known[$0.key] != nil }
    #expect(!met.isEmpty && met.allSatisfy { $0.result?.validation == known[$0.key] })
  }

  @Test("needs to be told how long trainings take before there are any")
  func noTimes() throws {
    let study = try TinyStudy()
    let error = #expect(throws: SimulationError.self) {
      try simulate(study, workers: [1]) { $0.meanTrialSeconds = nil }
    }
    #expect(error?.description.contains("--mean-trial") == true)
  }

  @Test("scatters times around the mean that it is given")
  func times() throws {
    let study = try TinyStudy.large(
      "{\"trials\": 400, \"sampler\": \"random\", \"repeat_every\": 0}")
    for spread in [0, 0.5] {
      let outcome = try simulate(study, workers: [1]) {
        ($0.spread, $0.fullSeconds) = (spread, 3600)
      }.outcome
      #expect(abs(outcome.meanTrialSeconds / 90 - 1) < (spread == 0 ? 1e-9 : 0.1))
      if spread == 0 { #expect(abs(outcome.meanFinalSeconds / 3600 - 1) < 1e-9) }
    }
  }

  @Test("takes as much longer for a full training as there are trainings in its chain")
  func chain() throws {
    func outcome(_ more: String) throws -> SimulationOutcome {
      let text = StudyText.tiny.setting("finalists", "{\"count\": 2, \"baseline\": false}")
        .setting("full", "{\"epochs\": 3, \"batch\": 24, \"learning_rate\": 0.1\(more)}")
      let study = try TinyStudy.large("{\"trials\": 12, \"sampler\": \"random\"}", text)
      return try simulate(study, workers: [1]) { ($0.spread, $0.fullSeconds) = (0, 600) }.outcome
    }
    #expect(abs(try outcome("").meanFinalSeconds / 600 - 1) < 1e-9)
    #expect(abs(try outcome(", \"generations\": 3").meanFinalSeconds / 600 - 3) < 1e-9)
  }

  @Test("says which look-ahead would keep workers busy, and how many are worth it")
  func advice() throws {
    let study = try TinyStudy.large(
      "{\"trials\": 600, \"look_ahead\": 10, \"sampler\": \"random\"}")
    let outcome = try simulate(study, workers: [1, 10, 100]).outcome
    // Ten trials at once keep one worker busy, hardly ten, and never a hundred.
    #expect(outcome.lookAhead(keepingBusy: 1) == nil)
    let advised = try #require(outcome.lookAhead(keepingBusy: 10))
    #expect(advised > 10 && advised < 100)
    let busier = try simulate(study, workers: [10]) { $0.lookAhead = advised }.outcome.timelines[0]
    #expect(busier.lookAheadSeconds <= 0.1 * 10 * busier.searchSeconds)
    #expect(outcome.timelines[1].lookAheadSeconds > 0.1 * 10 * outcome.timelines[1].searchSeconds)
    let knee = try #require(outcome.knee)
    #expect(knee.workers < 100)
    #expect(outcome.timelines[2].share(outcome.timelines[2].lookAheadSeconds) > 0.8)
  }

  @Test("stops where the user wants to stop")
  func cancelled() throws {
    let study = try TinyStudy.large("{\"trials\": 50, \"sampler\": \"random\"}")
    var settings = SimulationSettings(workers: [2])
    settings.meanTrialSeconds = 1
    let temporary = try TemporaryFolder()
    let simulation = try StudySimulation(
      study.folder, settings, in: StudyFolder(temporary.file("simulated")))
    #expect(throws: StudyError.interrupted) {
      try simulation.run(version: "1", report: { _ in }, isCancelled: { true })
    }
  }

  @Test(
    "is proposed and recorded in a time that grows with the trials, not with their square",
    arguments: Thoroughness.pick([SamplerKind.random, .evolution], usually: [.evolution]))
  func linear(_ sampler: SamplerKind) throws {
    let study = try TinyStudy.large(
      "{\"trials\": 5000, \"look_ahead\": 1000, \"sampler\": \"\(sampler.rawValue)\"}")
    let trials = Thoroughness.pick(10_000, usually: 1500)
    // Of the thread: in this process other tests run at the same time.
    func seconds(_ count: Int) throws -> Double {
      try simulate(study, workers: [1000]) { $0.trials = count }.outcome.controller.threadSeconds
    }
    // A busy machine computes at half its speed for a while, which a thread's time does not show: one of three pairs
    // is enough. A time that grows with the square is too long in each.
    var excesses: [Double] = []
    while excesses.count < 3, excesses.allSatisfy({ $0 > 0 }) {
      let (one, two) = (try seconds(trials), try seconds(2 * trials))
      excesses.append(two - (2.6 * one + 0.2))
    }
    #expect(
      excesses.contains { $0 <= 0 }, "seconds beyond 2.6 times those of half as many: \(excesses)")
  }
}
