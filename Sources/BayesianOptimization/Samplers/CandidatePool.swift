import Foundation
import RandomStreams
import SearchSpaces

/// The search for the candidate with the highest acquisition value.
///
/// Uniform draws for what no trial so far hints at, mutations and crossovers of the elite, repairs where
/// feasible points are rare, and then hill climbing over neighbours from the best few. The uniform
/// draws are the same for all proposals of a search, so that they are priced once: building a student's
/// network takes far longer than predicting its accuracy.
struct CandidatePool {
  private var search: CandidateSearch
  private var scores: [Double] = []
  private let score: (ArraySlice<Candidate>) -> [Double]

  private static let uniformDraws = 1000
  private static let eliteChildren = 300
  private static let fewFeasible = 100
  private static let repairEffort = 800
  private static let climbers = 4
  /// How many neighbours the climbers may look at.
  private static let climbingEffort = 500

  /// Creates an empty pool.
  ///
  /// - Parameter score: Returns the acquisition value of each candidate; NaN is never best.
  init(search: CandidateSearch, score: @escaping (ArraySlice<Candidate>) -> [Double]) {
    self.search = search
    self.score = score
  }

  /// Fills the pool and returns the best candidate of value above −∞, the earlier found of equals.
  ///
  /// - Parameters:
  ///   - elite: The architectures to look around.
  ///   - draws: The stream of the uniform draws, the same for all proposals of a search.
  ///   - random: The stream of this proposal.
  mutating func best(
    elite: [Architecture], draws: RandomStream, using random: inout RandomStream
  ) -> Candidate? {
    var draws = draws
    for _ in 0..<CandidatePool.uniformDraws {
      search.consider(search.space.randomArchitecture(using: &draws))
    }
    addChildren(of: elite, using: &random)
    search.repair(
      wanted: CandidatePool.fewFeasible, effort: CandidatePool.repairEffort, using: &random)
    updateScores()
    climb()
    guard let best = ranking.first, scores[best] > -.infinity else { return nil }
    return search.candidates[best]
  }

  private mutating func addChildren(of elite: [Architecture], using random: inout RandomStream) {
    let space = search.space
    guard !elite.isEmpty else { return }
    for index in 0..<CandidatePool.eliteChildren {
      var child = elite[index % elite.count]
      if index % 4 == 3 {
        let mate = elite[random.integer(below: elite.count)]
        child = space.crossover(child, mate, using: &random)
      } else {
        child = space.mutated(child, using: &random)
      }
      search.consider(child)
    }
  }

  /// Moves each climber to its best neighbour for as long as that is better, or the budget lasts.
  private mutating func climb() {
    var climbers = Array(ranking.prefix(CandidatePool.climbers))
    let floor = max(0, search.budget - CandidatePool.climbingEffort)
    while !climbers.isEmpty && search.budget > floor {
      var moved: [Int] = []
      for position in climbers where search.budget > floor {
        let start = search.candidates.count
        let origin = search.candidates[position].architecture
        for neighbor in search.space.neighbors(of: origin) { search.consider(neighbor) }
        updateScores()
        let best = (start..<scores.count).max { scores[$0] < scores[$1] }
        if let best, scores[best] > scores[position] { moved.append(best) }
      }
      climbers = moved
    }
  }

  /// Scores the candidates that came since the last time.
  private mutating func updateScores() {
    let new = search.candidates[scores.count...]
    if !new.isEmpty { scores += score(new).map { $0.isNaN ? -.infinity : $0 } }
  }

  /// The candidates from best to worst, the earlier found first of equals.
  private var ranking: [Int] {
    scores.indices.sorted { (-scores[$0], $0) < (-scores[$1], $1) }
  }
}
