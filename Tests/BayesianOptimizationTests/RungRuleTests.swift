import BayesianOptimization
import Foundation
import ParetoFronts
import RandomStreams
import Testing

@Suite("the rule of a rung")
struct RungRuleTests {
  private typealias Result = RungRule.Result

  /// The rule as its description says it, without any shortcut: whether a candidate is among the best
  /// at its own value.
  private func isAmongBest(_ candidate: Result, _ known: [Result], keep: Double) -> Bool {
    let all = known + [candidate]
    let ranks = nonDominatedRanks(of: all.map { [$0.value] + $0.costs.map(-) })
    var places: [(rank: Int, room: Double, isCandidate: Bool)] = []
    for rank in Set(ranks) {
      let members = all.indices.filter { ranks[$0] == rank }
      let rooms = crowdingDistances(of: members.map { all[$0].costs.map { log($0) } })
      for (member, room) in zip(members, rooms) {
        places.append((rank, room, member == known.count))
      }
    }
    places.sort { a, b in
      (a.rank, -a.room, a.isCandidate ? 0 : 1) < (b.rank, -b.room, b.isCandidate ? 0 : 1)
    }
    let goingOn = Int((keep * Double(all.count)).rounded(.up))
    return places.prefix(goingOn).contains { $0.isCandidate }
  }

  /// Results with values and costs of few steps, so that many are equal.
  private func results(_ count: Int, costs: Int, using random: inout RandomStream) -> [Result] {
    (0..<count).map { _ in
      Result(
        value: Double(random.integer(below: 12)),
        costs: (0..<costs).map { _ in Double(1 + random.integer(below: 9)) })
    }
  }

  @Test("is the smallest value at which a candidate is among the best", arguments: [1, 2])
  func bruteForce(costs: Int) throws {
    var random = RandomStream(seed: 1, purpose: "rung rule", costs)
    var stopping = 0
    for round in 0..<300 {
      let known = results(4 + round % 14, costs: costs, using: &random)
      let keep = [0.2, 0.5, 0.8][round % 3]
      let own = results(1, costs: costs, using: &random)[0].costs
      let threshold = RungRule(keep: keep, fewestKnown: 2).threshold(costs: own, among: known)
      // Halves lie between the values of others.
      let best = stride(from: -1.0, through: 12, by: 0.5).first {
        isAmongBest(Result(value: $0, costs: own), known, keep: keep)
      }
      guard let threshold else {
        #expect(best == -1, "continues with any value, not from \(best ?? .nan)")
        continue
      }
      stopping += 1
      // Just above another's value is anything between it and the next half.
      let onGrid = (2 * threshold).rounded(.up) / 2
      let highest = known.map(\.value).max() ?? 0
      #expect(onGrid == min(best ?? .infinity, highest + 0.5), "threshold \(threshold)")
    }
    #expect(stopping > 100)
  }

  @Test("stops the worse half where each dominates the next")
  func chain() {
    let known = (0..<10).map { Result(value: Double($0), costs: [Double(20 - $0)]) }
    let rule = RungRule(keep: 0.5)
    // 6 of 11 go on: above the sixth best of ten, its own cost being the highest of all.
    #expect(rule.threshold(costs: [30], among: known) == Double(4).nextUp)
    // Cheaper than all, it is on the front with any value.
    #expect(rule.threshold(costs: [1], among: known) == nil)
  }

  @Test("lets the best value of all go on, whatever it costs and however many share the front")
  func bestValue() throws {
    let known = (0..<20).map { index in
      Result(value: 1, costs: [Double(1 + index), Double(20 - index)])
    }
    let threshold: Double? = RungRule(keep: 0.1).threshold(costs: [11, 11], among: known)
    let best = 1.0
    #expect(try #require(threshold) <= best.nextUp)
  }

  @Test("stops nobody before enough is known, and leaves out what is not finite")
  func tooFew() {
    let known = (0..<7).map { Result(value: Double($0), costs: [1]) }
    let rule = RungRule(keep: 0.5)
    #expect(rule.threshold(costs: [2], among: known) == nil)
    let broken = [Result(value: .nan, costs: [1]), Result(value: 9, costs: [.infinity])]
    #expect(rule.threshold(costs: [2], among: known + broken) == nil)
    let eight = known + [Result(value: 7, costs: [1])]
    #expect(rule.threshold(costs: [2], among: eight) == Double(3).nextUp)
    #expect(rule.threshold(costs: [2], among: broken + eight) == Double(3).nextUp)
  }

  @Test("does not depend on the order of the results")
  func order() {
    var random = RandomStream(seed: 2, purpose: "rung rule")
    let known = results(20, costs: 2, using: &random)
    let rule = RungRule(keep: 0.4)
    let expected = rule.threshold(costs: [5, 5], among: known)
    #expect(rule.threshold(costs: [5, 5], among: known.reversed()) == expected)
    #expect(
      rule.threshold(costs: [5, 5], among: Array(known[7...]) + Array(known[..<7])) == expected)
  }

  @Test("lets no fewer go on if more are to be kept")
  func keep() throws {
    var random = RandomStream(seed: 3, purpose: "rung rule")
    let known = results(30, costs: 1, using: &random)
    let thresholds = [0.1, 0.3, 0.5, 0.7, 0.9].map {
      RungRule(keep: $0).threshold(costs: [6], among: known) ?? -.infinity
    }
    #expect(thresholds == thresholds.sorted(by: >))
    #expect(Set(thresholds).count > 2)
  }
}
