import Foundation
import RandomStreams
import SearchSpaces

/// The students that a search begins with, before there is anything to model: spread over the costs up to the
/// limits, and different from each other.
///
/// A space's bulk is rarely where the limits are: random students of a large space cost far less or far more.
/// So each first trial has a place of its own on the axes, in the upper half of one of as many equal parts, from
/// the limit downwards, and is looked for by mutation towards it. Where a limit is beyond what the space reaches,
/// the parts are those of what it reaches. A student's place is that of the cost that comes nearest to its
/// limit.
struct FirstTrials {
  private let session: SearchSession
  private let seed: UInt64
  private let count: Int

  private static let draws = 300
  private static let rounds = 4
  private static let parents = 16
  private static let childrenEach = 6
  private static let compared = 8
  /// As a share of the axes: students so near to a place are equally near.
  private static let tolerance = 0.04

  /// - Parameter count: How many first trials there are.
  init(_ session: SearchSession, count: Int, seed: UInt64) {
    (self.session, self.count, self.seed) = (session, count, seed)
  }

  private var problem: ProposalProblem { session.problem }

  /// Returns the next of them; nil if no cost has a limit, or none that may be trained was found.
  ///
  /// - Parameter tried: How many students have been tried; those beyond `count` begin at the limit again.
  func next(history: SearchHistory, tried: Int, trial: Int) -> Architecture? {
    let axes = problem.objective.axes.prefix(problem.costNames.count)
    guard axes.contains(where: { $0.limit != nil }) else { return nil }
    var search = CandidateSearch(session: session, history: history)
    var random = RandomStream(seed: seed, purpose: "first trials", trial)
    let share = 1 - (Double(tried % count) + 0.5 * random.uniform()) / Double(count)
    if !search.considerAll() {
      var draws = RandomStream.uniformCandidates(seed: seed)
      for _ in 0..<FirstTrials.draws {
        search.consider(problem.space.randomArchitecture(using: &draws))
      }
      search.repair(wanted: FirstTrials.parents, effort: FirstTrials.draws, using: &random)
      // First to the limit, to see how far the space reaches.
      for fixed in [1.0, nil] {
        for _ in 0..<FirstTrials.rounds {
          let goal = fixed ?? share * reach(search.candidates)
          for parent in nearest(to: goal, search.candidates).prefix(FirstTrials.parents) {
            for _ in 0..<FirstTrials.childrenEach {
              let origin = search.candidates[parent.index].architecture
              search.consider(problem.space.mutated(origin, using: &random))
            }
          }
        }
      }
    }
    let target = share * reach(search.candidates)
    let ranked = nearest(to: target, search.candidates)
    guard let first = ranked.first else { return nil }
    let near = ranked.prefix { $0.distance <= first.distance + FirstTrials.tolerance }
    let known = history.architectures.map(problem.space.features)
    // Some of them, so that seeds differ, and of these the one least like what was tried.
    let some = Array(near).shuffled(using: &random).prefix(FirstTrials.compared)
    let strangest = some.map { candidate -> (index: Int, strangeness: Double) in
      let features = problem.space.features(of: search.candidates[candidate.index].architecture)
      let distances = known.map { zip($0, features).reduce(0) { $0 + abs($1.0 - $1.1) } }
      return (candidate.index, distances.min() ?? 0)
    }.max { ($0.strangeness, -$0.index) < ($1.strangeness, -$1.index) }
    return strangest.map { search.candidates[$0.index].architecture }
  }

  /// Returns the candidates by their distance from a place, as a share of the axes, the nearest first.
  private func nearest(
    to target: Double, _ candidates: [Candidate]
  ) -> [(index: Int, distance: Double)] {
    places(candidates).enumerated().map { ($0, abs($1 - target)) }
      .sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }
  }

  /// Returns the place of the costliest candidate, at most 1.
  private func reach(_ candidates: [Candidate]) -> Double {
    min(1, places(candidates).max() ?? 1)
  }

  /// Returns where the candidates stand on the axes, as a share of their lengths: 1 at a limit.
  private func places(_ candidates: [Candidate]) -> [Double] {
    let costs = candidates.map { problem.scaled($0.appraisal.costs) }
    let axes = problem.objective.axes.prefix(problem.costNames.count).enumerated().compactMap {
      index, axis -> (index: Int, limit: Double, extent: Double)? in
      guard let limit = axis.limit.map(axis.scaled) else { return nil }
      let cheapest = costs.lazy.map { $0[index] }.min() ?? limit
      return (index, limit, axis.extent(to: limit, cheapest: cheapest))
    }
    return costs.map { costs in
      axes.reduce(-Double.infinity) { place, axis in
        max(place, 1 - (axis.limit - costs[axis.index]) / axis.extent)
      }
    }
  }
}

extension RandomStream {
  /// The stream of the uniform draws that all proposals of a search share, so that they are priced once.
  static func uniformCandidates(seed: UInt64) -> RandomStream {
    RandomStream(seed: seed, purpose: "uniform candidates")
  }
}
