import ParetoFronts
import RandomStreams
import SearchSpaces

/// Proposes children of the best of the latest trials: regularised evolution for several
/// objectives.
///
/// The population is the latest `populationSize` measured trials, so members die of age and not
/// of being worse (a lucky measurement does not live for ever). A parent wins a tournament by its
/// non-dominated rank, then by its crowding distance. Half of the children have two parents; all
/// are mutated. Sources: Real et al. 2019, arXiv:1802.01548; Deb et al. 2002,
/// doi:10.1109/4235.996017.
public struct EvolutionSampler: Sampler {
  private let populationSize: Int
  private let tournamentSize: Int

  /// Creates the sampler; the first `populationSize` trials are random.
  public init(populationSize: Int = 20, tournamentSize: Int = 5) {
    precondition(populationSize > 0 && tournamentSize > 0, "a population and a tournament of ≥ 1")
    self.populationSize = populationSize
    self.tournamentSize = tournamentSize
  }

  public func propose(
    in session: SearchSession, history: SearchHistory, trial: Int, seed: UInt64
  ) throws -> Proposal? {
    let parents = session.latestMeasuredTrials(populationSize, in: history)
    guard history.hasTried(populationSize), !parents.isEmpty else {
      return try RandomSampler().propose(in: session, history: history, trial: trial, seed: seed)
    }
    let order = fitnessOrder(of: parents, session.problem)
    let space = session.problem.space
    var random = RandomStream(seed: seed, purpose: "evolution sampler", trial)
    var search = CandidateSearch(session: session, history: history)
    for _ in 0..<200 {
      var child = parents[winner(order, using: &random)].architecture
      if random.integer(below: 2) == 0 {
        let mate = parents[winner(order, using: &random)].architecture
        child = space.crossover(child, mate, using: &random)
      }
      child = space.mutated(child, using: &random)
      if search.consider(child) { return .architecture(child) }
    }
    return search.remainingProposal(using: &random)
  }

  /// Returns for each parent its place by rank, then crowding, then age.
  private func fitnessOrder(of parents: [MeasuredTrial], _ problem: ProposalProblem) -> [Int] {
    let points = parents.map { [$0.value] + $0.scaledCosts(problem).map(-) }
    // A parent that breaks a limit stands behind all that do not.
    let ranks = zip(nonDominatedRanks(of: points), parents).map { rank, parent in
      parent.isFeasible(problem) ? rank : rank + parents.count
    }
    var crowding = [Double](repeating: 0, count: points.count)
    for rank in Set(ranks).sorted() {
      let members = points.indices.filter { ranks[$0] == rank }
      let distances = crowdingDistances(of: members.map { points[$0] })
      for (member, distance) in zip(members, distances) { crowding[member] = distance }
    }
    let best = points.indices.sorted { a, b in
      (ranks[a], -crowding[a], -a) < (ranks[b], -crowding[b], -b)
    }
    var places = best
    for (place, index) in best.enumerated() { places[index] = place }
    return places
  }

  private func winner(_ places: [Int], using random: inout RandomStream) -> Int {
    var best = random.integer(below: places.count)
    for _ in 1..<tournamentSize {
      let other = random.integer(below: places.count)
      if places[other] < places[best] { best = other }
    }
    return best
  }
}
