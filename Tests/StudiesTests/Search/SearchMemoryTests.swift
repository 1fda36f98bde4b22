import BayesianOptimization
import Distillation
import RandomStreams
import SearchSpaces
import Testing

@testable import Studies

@Suite("what a search remembers of its trials")
struct SearchMemoryTests {
  private static let study = Result {
    try TinyStudy.large("{\"trials\": 200, \"look_ahead\": 5, \"rungs\": {\"at\": [0.5]}}")
  }

  @Test("tells every trial what looking at all of them again tells", arguments: [0, 1, 2])
  func same(seed: UInt64) throws {
    let inputs = try SearchMemoryTests.study.get().inputs()
    var random = RandomStream(seed: seed, purpose: "remembered trials")
    let journal = try events(inputs.space, &random)
    var state = StudyState()
    let memory = SearchMemory()
    var compared = 0
    for event in journal {
      if case .proposed(let next) = event {
        let used = SearchKnowledge(
          definition: inputs.definition, space: inputs.space, state: state, memory: memory)
        let fresh = SearchKnowledge(
          definition: inputs.definition, space: inputs.space, state: state)
        #expect(used.isDue(next.trial) == fresh.isDue(next.trial))
        let (a, b) = (try used.history(for: next.trial), try fresh.history(for: next.trial))
        #expect(a.tried == b.tried && a.observations == b.observations)
        compared += 1
      }
      state.apply(event)
    }
    #expect(compared == 40 && state.imported != nil && state.raisedFraction != nil)
  }

  /// A search with everything in it: students of an earlier study, some that break limits here, repeats, rungs,
  /// failures, an audit that raises the fraction, results out of order.
  private func events(
    _ space: SearchSpace, _ random: inout RandomStream
  ) throws -> [JournalEvent] {
    var keys = (0..<60).map { _ in space.key(of: space.randomArchitecture(using: &random)) }[...]
    let carried = keys.prefix(5).enumerated().map { index, key in
      MadeUp.carried(key, 700 + index, macs: 100 + index, isFeasible: index % 2 == 0)
    }
    keys = keys.dropFirst(5)
    var events = [MadeUp.imported(carried)]
    var late: [JournalEvent] = []
    for trial in 3..<43 {
      let key = keys.removeFirst()
      events.append(MadeUp.proposed(trial, key: key, macs: 90 + trial))
      let result = finished(trial, &random)
      // Some end after the next two have begun.
      if random.integer(below: 3) == 0 { late.append(result) } else { events.append(result) }
      if late.count == 2 || trial == 22 {
        events += late
        late = []
      }
      if trial == 22 {
        events += (3..<8).map { trial in
          .rescored(
            JournalEvent.Rescored(
              trial: trial, fraction: 0.8, validation: MadeUp.evaluation(800 + trial), seconds: 1,
              steps: 8))
        }
        events.append(
          .audited(
            JournalEvent.Audited(
              trials: [3, 4, 5, 6, 7], spearman: 0.1, macsSpearman: nil, fraction: 0.8,
              verdict: .raised)))
      }
    }
    return events
  }

  private func finished(_ trial: Int, _ random: inout RandomStream) -> JournalEvent {
    let correct = 700 + random.integer(below: 200)
    let rung = RungEvaluation(step: 5, validation: MadeUp.evaluation(correct - 50))
    let kind = random.integer(below: 8)
    let isEnded = kind > 1
    return .finished(
      JournalEvent.Finished(
        trial: trial, outcome: kind == 0 ? .diverged : kind == 1 ? .stopped : .measured,
        validation: isEnded ? MadeUp.evaluation(correct) : nil, seconds: 1, steps: 10,
        rungs: kind == 0 ? nil : [rung], fraction: trial > 22 ? 0.8 : nil,
        repeats: isEnded && trial % 4 == 0 ? [MadeUp.evaluation(correct - 9)] : nil))
  }
}
