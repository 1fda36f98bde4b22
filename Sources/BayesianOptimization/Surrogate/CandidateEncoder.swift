import Foundation
import SearchSpaces

/// Turns candidates into the columns that the kernel sees.
///
/// Costs and covariates tell accuracies apart where only the decisions are known otherwise. Of a space
/// whose parameters are all in graphs they are left out: live operations and paths say it better, and a
/// latency that is nearly nothing (a network without a path) stretches their scale.
final class CandidateEncoder {
  let kernel: ArchitectureKernel

  private let space: SearchSpace
  private let encoding: FeatureEncoding
  private let usesCovariates: Bool
  private let listed: [Candidate]?
  private lazy var enumeration: (scale: UnitScale, points: EncodedPoints)? = listed.map { all in
    let scale = UnitScale(of: all.map(covariates))
    return (scale, points(all, scale))
  }

  /// - Parameters:
  ///   - listed: `SearchSession.appraisedEnumeration`.
  ///   - constantVariance: Variance of the unknown mean of the outputs.
  init(problem: ProposalProblem, listed: [Candidate]?, constantVariance: Double = 1) {
    (space, self.listed) = (problem.space, listed)
    let onEdges = Set(problem.space.graphs.flatMap { $0.edges.map(\.parameter) })
    usesCovariates = onEdges.count < problem.space.networkParameterCount
    encoding = FeatureEncoding(
      space: problem.space,
      covariateCount: usesCovariates ? problem.costNames.count + problem.covariateNames.count : 0)
    kernel = ArchitectureKernel(encoding: encoding, constantVariance: constantVariance)
  }

  /// Returns the scale of the covariates: of all points if they are listed, else of these candidates.
  func covariateScale(_ candidates: [Candidate]) -> UnitScale {
    enumeration?.scale ?? UnitScale(of: candidates.map(covariates))
  }

  /// The points of `SearchSession.appraisedEnumeration`.
  var enumeratedPoints: EncodedPoints? { enumeration?.points }

  func row(_ candidate: Candidate, _ scale: UnitScale) -> [Double] {
    encoding.row(
      of: candidate.architecture, features: space.features(of: candidate.architecture),
      covariates: scale.applied(to: covariates(candidate)))
  }

  func points(_ candidates: some Collection<Candidate>, _ scale: UnitScale) -> EncodedPoints {
    var points = EncodedPoints(columnCount: encoding.columnCount)
    for candidate in candidates { points.append(row(candidate, scale)) }
    return points
  }

  private func covariates(_ candidate: Candidate) -> [Double] {
    guard usesCovariates else { return [] }
    return candidate.appraisal.costs.map(CostScale.logarithmic.scaled)
      + candidate.appraisal.covariates
  }
}

/// Brings each coordinate of the rows it was made of to 0 … 1.
struct UnitScale {
  private let lows: [Double]
  private let ranges: [Double]

  init(of rows: [[Double]]) {
    var lows = rows.first ?? []
    var highs = lows
    for row in rows {
      for (index, value) in row.enumerated() {
        lows[index] = min(lows[index], value)
        highs[index] = max(highs[index], value)
      }
    }
    self.lows = lows
    // A coordinate in which all agree keeps its unit.
    ranges = zip(lows, highs).map { $1 > $0 ? $1 - $0 : 1 }
  }

  /// Returns a row in these units; one of a scale that was made of no rows keeps its own.
  func applied(to row: [Double]) -> [Double] {
    guard !lows.isEmpty else { return row }
    return row.indices.map { (row[$0] - lows[$0]) / ranges[$0] }
  }
}
