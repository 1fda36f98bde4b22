import Foundation
import ParetoFronts
import RandomStreams
import Statistics
import Testing

@testable import BayesianOptimization

@Suite("the expected hypervolume improvement")
struct ExpectedHypervolumeImprovementTests {
  /// A random front, reference and candidate.
  private struct Scene {
    var front: [(value: Double, costs: [Double])] = []
    var costs: [Double]
    var mean: Double
    var deviation: Double
    let referenceValue = 0.1
    let referenceCosts: [Double]

    init(costCount: Int, round: Int) {
      var random = RandomStream(seed: 4, purpose: "improvement test", costCount, round)
      for _ in 0..<6 { front.append((random.uniform(), random.uniforms(costCount))) }
      costs = random.uniforms(costCount).map { 0.8 * $0 }
      mean = random.uniform()
      deviation = 0.05 + 0.3 * random.uniform()
      referenceCosts = Array(repeating: 0.9, count: costCount)
    }

    /// The increase of the hypervolume if the candidate's value is `value`: by definition.
    func improvement(_ value: Double) -> Double {
      let reference = [referenceValue] + referenceCosts.map(-)
      let points = front.map { [$0.value] + $0.costs.map(-) }
      let candidate = [value] + costs.map(-)
      return hypervolume(of: points + [candidate], reference: reference)
        - hypervolume(of: points, reference: reference)
    }

    /// Where the improvement's slope may change, ascending.
    var knots: [Double] { [referenceValue] + front.map(\.value).filter { $0 > 0.1 }.sorted() }

    var closedForm: Double {
      let acquisition = ExpectedHypervolumeImprovement(
        front: front, referenceValue: referenceValue, referenceCosts: referenceCosts)
      return exp(acquisition.logValue(mean: mean, deviation: deviation, costs: costs))
    }
  }

  @Test("agrees with numerical integration of its definition", arguments: 0...4)
  func integration(costCount: Int) {
    for round in 0..<4 {
      let scene = Scene(costCount: costCount, round: round)
      let ends = (scene.mean - 9 * scene.deviation, scene.mean + 9 * scene.deviation)
      let nodes = [ends.0] + scene.knots.filter { $0 > ends.0 && $0 < ends.1 } + [ends.1]
      var integral = 0.0
      for (low, high) in zip(nodes, nodes.dropFirst()) {
        // Simpson's rule between two knots, where the integrand is smooth; relative error about
        // 1e-8.
        let steps = 300
        let width = (high - low) / Double(steps)
        for step in 0...steps {
          let value = low + width * Double(step)
          let weight = step == 0 || step == steps ? 1.0 : (step % 2 == 1 ? 4.0 : 2.0)
          let z = (value - scene.mean) / scene.deviation
          let density = NormalDistribution.density(z) / scene.deviation
          integral += weight * width / 3 * density * scene.improvement(value)
        }
      }
      #expect(abs(scene.closedForm - integral) < 1e-6 * max(integral, 1e-3))
    }
  }

  @Test("agrees with a million draws", arguments: 1...3)
  func monteCarlo(costCount: Int) {
    let scene = Scene(costCount: costCount, round: 100)
    // Between its knots the improvement is linear, so it is looked up there.
    let knots = scene.knots + [1e3]
    let improvements = knots.map(scene.improvement)
    var random = RandomStream(seed: 5, purpose: "improvement draws", costCount)
    let draws = 1_000_000
    var (sum, squares) = (0.0, 0.0)
    for _ in 0..<draws {
      let value = scene.mean + scene.deviation * random.normal()
      guard value > knots[0] else { continue }
      var upper = 1
      while knots[upper] < value { upper += 1 }
      let share = (value - knots[upper - 1]) / (knots[upper] - knots[upper - 1])
      let improvement =
        improvements[upper - 1] + share * (improvements[upper] - improvements[upper - 1])
      sum += improvement
      squares += improvement * improvement
    }
    let mean = sum / Double(draws)
    let standardError = ((squares / Double(draws) - mean * mean) / Double(draws)).squareRoot()
    #expect(abs(scene.closedForm - mean) < 4 * standardError)
  }

  @Test("without costs is expected improvement over the best")
  func noCosts() {
    let acquisition = ExpectedHypervolumeImprovement(
      front: [(0.3, []), (0.7, []), (0.5, [])], referenceValue: 0, referenceCosts: [])
    let expected = log(0.2) + NormalDistribution.logExpectedImprovement((0.6 - 0.7) / 0.2)
    #expect(acquisition.logValue(mean: 0.6, deviation: 0.2, costs: []) == expected)
  }

  @Test("does not vanish where the front is thirty deviations away")
  func farAway() {
    let acquisition = ExpectedHypervolumeImprovement(
      front: [(1, [0.2])], referenceValue: 0.9, referenceCosts: [1])
    let near = acquisition.logValue(mean: 0.71, deviation: 0.01, costs: [0.5])
    let far = acquisition.logValue(mean: 0.70, deviation: 0.01, costs: [0.5])
    #expect(far.isFinite && far < near)
  }

  @Test("of a certain value is the improvement itself, and beyond the reference costs nothing")
  func certainty() {
    let acquisition = ExpectedHypervolumeImprovement(
      front: [(0.5, [0.5])], referenceValue: 0, referenceCosts: [1])
    let gain = acquisition.logValue(mean: 0.75, deviation: 0, costs: [0.25])
    #expect(abs(exp(gain) - (0.75 * 0.75 - 0.25)) < 1e-15)
    #expect(acquisition.logValue(mean: 0.4, deviation: 0, costs: [0.6]) == -.infinity)
    #expect(acquisition.logValue(mean: 9, deviation: 1, costs: [1]) == -.infinity)
  }

  @Test("ignores dominated members of the front")
  func dominatedMembers() {
    let scene = Scene(costCount: 2, round: 7)
    var padded = scene
    padded.front += scene.front.map { ($0.value - 0.01, $0.costs.map { $0 + 0.01 }) }
    #expect(abs(padded.closedForm / scene.closedForm - 1) < 1e-12)
  }
}
