import Foundation
import HardwareProfiles
import ParetoFronts
import Studies

/// How the front of projected accuracies grew over the search, trial by trial.
///
/// A trial's point is its projected accuracy over a floor, the 10th percentile of all, and the first
/// objective's cost below a limit: the largest upper bound on it, on a linear axis, or else, on a
/// logarithmic one, the largest cost of all trials. The volume is that of the union of the rectangles
/// between the points and floor and limit, as a share of what it came to in the end.
struct HypervolumeTrace: Sendable {
  /// For each flash trial of this study that has ended, in the order of their numbers.
  let shares: [Double]
  /// The seconds on one thread that the flash trainings up to each had taken together.
  let seconds: [Double]
  let floor: Double
  /// In the unit of the metric's name.
  let limit: Double
  let isLinear: Bool

  /// Follows the search; nil for fewer than two results, or if no trial beats floor and limit.
  init?(_ inputs: ReportInputs) {
    let objective = inputs.definition.objectives[0]
    let rows = inputs.trials.rows
    func cost(_ row: TrialTable.Row) -> Double { inputs.definition.firstCost(row.costs) }
    let known = rows.filter { $0.projected != nil }
    guard known.count > 1 else { return nil }
    let bounds = inputs.constraints.map(\.constraint).filter {
      $0.relation == .atMost
        && $0.metric.isSame(as: objective, deviceCount: inputs.profiles.count)
    }.map(\.bound)
    isLinear = !bounds.isEmpty
    let costliest = known.map(cost).max() ?? 1
    // Somewhat beyond the costliest, so that it has a volume too.
    limit = bounds.max() ?? costliest * 1.1
    let scale = isLinear ? { $0 } : { log(max($0, 1e-12)) }
    floor = known.compactMap { $0.projected?.accuracy }.sorted()[known.count / 10]
    let cheapest = isLinear ? 0 : scale(known.map(cost).min() ?? 1)
    let extent = max(1e-12, scale(limit) - cheapest)
    var front: [[Double]] = []
    var volumes: [Double] = []
    var spent: [Double] = []
    var (volume, sum) = (0.0, 0.0)
    for row in rows where row.outcome != .open {
      let trial = inputs.state.trials[row.trial]
      sum += trial.result?.seconds ?? 0
      if let accuracy = row.projected?.accuracy {
        let point = [accuracy - floor, (scale(limit) - scale(cost(row))) / extent]
        if point.allSatisfy({ $0 > 0 }),
          !front.contains(where: { $0 == point || dominates($0, point) })
        {
          front.removeAll { dominates(point, $0) }
          front.append(point)
          volume = hypervolume(of: front, reference: [0, 0])
        }
      }
      // What earlier studies brought stands at the beginning and is no trial of this search.
      if trial.source == nil {
        volumes.append(volume)
        spent.append(sum)
      }
    }
    guard volume > 0, volumes.count > 1 else { return nil }
    shares = volumes.map { [volume] in $0 / volume }
    seconds = spent
  }
}
