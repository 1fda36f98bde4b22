import Foundation
import RandomStreams
import Statistics
import Testing

@testable import BayesianOptimization

/// With one cost the improvement is summed without logarithms where that loses nothing. The slow way
/// here: every step in logarithms, from `forEachStep`.
@Suite("the expected hypervolume improvement with one cost")
struct ImprovementStaircaseTests {
  private func slowLogValue(
    _ acquisition: ExpectedHypervolumeImprovement, _ mean: Double, _ deviation: Double,
    _ cost: Double
  ) -> Double {
    var terms: [Double] = []
    acquisition.forEachStep(costs: [cost]) { threshold, area in
      let excess = NormalDistribution.logExpectedImprovement((mean - threshold) / deviation)
      terms.append(log(area) + log(deviation) + excess)
    }
    guard let largest = terms.max(), largest > -.infinity else { return -.infinity }
    return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
  }

  private func acquisition(
    _ count: Int, using random: inout RandomStream
  ) -> ExpectedHypervolumeImprovement {
    // Some members beyond the reference, some equal, some dominated.
    var front = (0..<count).map { _ in (value: random.uniform(), costs: [1.2 * random.uniform()]) }
    if count > 3 {
      front[1] = front[0]
      front[2].value = front[0].value
      front[3].costs = front[0].costs
    }
    return ExpectedHypervolumeImprovement(
      front: front, referenceValue: 0.1, referenceCosts: [1])
  }

  @Test("agrees with the sum of logarithms, also hundreds of deviations from the front")
  func agreement() {
    var worst = 0.0
    for round in 0..<3000 {
      var random = RandomStream(seed: 28, purpose: "staircase", round)
      let acquisition = acquisition(random.integer(below: 12), using: &random)
      let deviation = pow(10, -4 + 4 * random.uniform())
      let mean = 3 * random.uniform() - 1.5
      let cost = 1.3 * random.uniform()
      let fast = acquisition.logValue(mean: mean, deviation: deviation, costs: [cost])
      let slow = slowLogValue(acquisition, mean, deviation, cost)
      if fast != slow { worst = max(worst, abs(fast - slow) / max(1, abs(slow))) }
    }
    // φ(z) + z·Φ(z) cancels all but 1/z² of its digits; beyond 30 deviations, where the sum is
    // smaller than 1e-200, it is not formed.
    #expect(worst < 1e-9)
  }

  @Test("falls without a jump as the mean does, over all of the range of numbers")
  func tails() {
    var random = RandomStream(seed: 29, purpose: "staircase tails")
    let acquisition = acquisition(8, using: &random)
    var last = Double.infinity
    // From above the front to 60 deviations below the reference value, in steps of 0.02: through
    // 1e-200 and far below the smallest number.
    for step in 0..<8000 {
      let mean = 1.1 - 0.0002 * Double(step)
      let value = acquisition.logValue(mean: mean, deviation: 0.01, costs: [0.3])
      #expect(value.isFinite && value < last)
      if last.isFinite { #expect(last - value < 3) }
      last = value
    }
    #expect(last < -700)
  }

  @Test("is nothing at the reference cost and beyond, and the difference of areas where certain")
  func edges() {
    let acquisition = ExpectedHypervolumeImprovement(
      front: [(0.5, [0.5]), (0.7, [0.8])], referenceValue: 0, referenceCosts: [1])
    for cost in [1, 1.0.nextUp, 2, .infinity, .nan] {
      #expect(acquisition.logValue(mean: 5, deviation: 0.1, costs: [cost]) == -.infinity)
    }
    // Values to 0.5 gain the costs 0.4 … 0.5, those to 0.6 the costs 0.4 … 0.8.
    let gain = exp(acquisition.logValue(mean: 0.6, deviation: 1e-9, costs: [0.4]))
    #expect(abs(gain - (0.5 * 0.1 + 0.1 * 0.4)) < 1e-8)
    let certain = exp(acquisition.logValue(mean: 0.6, deviation: 0, costs: [0.4]))
    #expect(abs(certain - gain) < 1e-8)
    #expect(acquisition.logValue(mean: .nan, deviation: 1, costs: [0.4]).isFinite == false)
  }
}
