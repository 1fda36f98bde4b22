import RandomStreams
import SearchSpaces
import Testing

@testable import BayesianOptimization

@Suite("the choice of trials to learn from")
struct ObservationThinningTests {
  private typealias Sample = (value: Double, cost: Double)

  /// Returns samples, half of the time with few different values and costs.
  private func samples(_ count: Int, round: Int) -> [Sample] {
    var random = RandomStream(seed: 27, purpose: "thinning", round)
    let isCoarse = round % 2 == 0
    return (0..<count).map { _ in
      let (value, cost) = (random.normal(), random.uniform())
      return isCoarse ? ((4 * value).rounded(), (20 * cost).rounded()) : (value, cost)
    }
  }

  @Test("makes models of a number of trials that rises with them, in steps of a tenth")
  func modelledCount() {
    var last = 0
    var changes = 0
    for count in 0...6000 {
      let modelled = ObservationThinning.modelledCount(count)
      #expect(modelled >= last && modelled <= count)
      #expect(Double(modelled) > min(0.9 * Double(count) - 1, Double(count)) - 1)
      #expect(count - modelled < 100)
      if count < 20 { #expect(modelled == count) }
      if modelled != last { changes += 1 }
      last = modelled
    }
    // Far fewer fits than trials.
    #expect(changes < 130)
  }

  @Test("keeps all of a few")
  func few() {
    for count in [0, 1, 2, 100] {
      let samples = samples(count, round: 1)
      #expect(ObservationThinning.kept(samples, most: 100) == Array(0..<count))
    }
  }

  @Test("keeps at most about so many, each once, in order, the same every time", arguments: 0..<8)
  func bounds(round: Int) {
    for (count, most) in [(101, 100), (500, 100), (500, 499), (3000, 800), (300, 0), (90, 1)] {
      let samples = samples(count, round: round)
      let kept = ObservationThinning.kept(samples, most: most)
      #expect(zip(kept, kept.dropFirst()).allSatisfy { $0 < $1 })
      #expect(kept.allSatisfy(samples.indices.contains))
      #expect(kept == ObservationThinning.kept(samples, most: most))
      #expect(Set(kept).isSuperset(of: unbeaten(samples)))
      // Of equal samples at most one is on the front.
      let distinct = Set(samples.map { [$0.value, $0.cost] }).map { (value: $0[0], cost: $0[1]) }
      let front = unbeaten(distinct).count
      #expect(kept.count >= min(most, count) && kept.count <= max(most, most / 2 + front))
    }
  }

  /// Returns the samples that are better than every other one that costs no more.
  private func unbeaten(_ samples: [Sample]) -> [Int] {
    samples.indices.filter { index in
      samples.indices.allSatisfy { other in
        other == index || samples[other].cost > samples[index].cost
          || samples[other].value < samples[index].value
      }
    }
  }

  @Test("keeps more of the good than of the bad at any cost")
  func bands() {
    let samples = samples(4000, round: 3)
    let kept = Set(ObservationThinning.kept(samples, most: 800))
    for band in 0..<5 {
      let members = samples.indices.filter { Int(5 * samples[$0].cost) == band }
      let ranked = members.sorted { samples[$0].value > samples[$1].value }
      let best = ranked.prefix(60).count(where: kept.contains)
      let others = ranked.dropFirst(200).count(where: kept.contains)
      #expect(best > 50)
      #expect(others > 40 && others < members.count / 5)
    }
  }

  @Test("learns from all trials since the model was made")
  func latest() throws {
    let task = try SyntheticTask()
    let history = try task.search(RandomSampler(), trials: 130, seed: 1).history
    let trials = SearchSession(task.problem()).measuredTrials(in: history)
    let modelled = ObservationThinning.modelledCount(130)
    #expect(modelled < 130)
    let all = ObservationThinning.thinned(trials)
    #expect(all.trials.map(\.architecture) == trials.map(\.architecture))
    #expect(all.modelled == modelled)
    let thinned = ObservationThinning.thinned(trials, most: 50)
    #expect(thinned.modelled < 75 && thinned.trials.count == thinned.modelled + 130 - modelled)
    #expect(
      thinned.trials.suffix(130 - modelled).map(\.architecture)
        == trials.suffix(130 - modelled).map(\.architecture))
    // What is kept of those before depends on these alone.
    let earlier = ObservationThinning.thinned(Array(trials.prefix(modelled)), most: 50)
    #expect(
      thinned.trials.prefix(thinned.modelled).map(\.architecture)
        == earlier.trials.map(\.architecture))
  }
}
