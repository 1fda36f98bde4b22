import BayesianOptimization
import Foundation
import HardwareProfiles
import NeuralNetworks
import SearchSpaces
import Statistics

/// Prices students without training them: all costs, and by how much constraints are violated.
struct StudentPricing {
  let inputs: StudyInputs

  /// Returns the costs of an architecture, or nil if no network can be built from it.
  func costs(of architecture: Architecture) -> Costs? {
    guard let network = try? inputs.network(of: architecture) else { return nil }
    return Costs(network, on: inputs.profile)
  }

  /// Returns the sum of relative violations, 0 if every constraint is met.
  func violation(_ costs: Costs) -> Double {
    constraints.reduce(0) { $0 + violation($1, costs) }
  }

  /// The study's constraints and the device's own memory limits.
  var constraints: [Constraint] {
    inputs.definition.constraints + (inputs.profile?.memoryConstraints ?? [])
  }

  func violation(_ constraint: Constraint, _ costs: Costs) -> Double {
    (try? constraint.violation(of: costs)) ?? .infinity
  }

  /// Returns the constraint that is violated most, and by which share of its bound.
  func binding(_ costs: Costs) -> (constraint: Constraint, excess: Double)? {
    constraints.map { ($0, violation($0, costs)) }.filter { $0.1 > 0 }
      .max { $0.1 < $1.1 }
  }

  /// Returns the probability that the device keeps the limits on latency, whose prediction has an error;
  /// the other costs are exact, or nothing is known of their errors.
  func feasibility(_ costs: Costs) -> Double {
    guard let latency = costs.latencyMilliseconds,
      let error = costs.latencyStandardErrorMilliseconds, error > 0
    else { return 1 }
    // One latency and one error: of several limits the tightest decides.
    return constraints.reduce(1) { probability, constraint in
      guard constraint.metric == .latencyMilliseconds else { return probability }
      let margin = (constraint.bound - latency) / error
      return min(
        probability,
        NormalDistribution.cumulative(constraint.relation == .atMost ? margin : -margin))
    }
  }

  /// The problem that samplers solve: accuracy against the study's cost objectives.
  ///
  /// - Parameter related: Results of earlier studies that do not hold here but may tell something.
  func problem(related: [Observation] = []) -> ProposalProblem {
    let definition = inputs.definition
    return ProposalProblem(
      space: inputs.space, costNames: definition.objectives.map(\.rawValue),
      covariateNames: ["log macs", "log parameters"], related: related
    ) { architecture in
      guard let costs = costs(of: architecture) else { return .unbuildable }
      return Appraisal(
        costs: definition.objectives.map { definition.cost($0, costs) },
        covariates: [log(Double(costs.macs)), log(Double(costs.parameters))],
        violation: violation(costs), feasibility: feasibility(costs))
    }
  }
}
