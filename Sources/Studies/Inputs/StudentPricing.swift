import BayesianOptimization
import Foundation
import HardwareProfiles
import NeuralNetworks
import SearchSpaces
import Statistics

/// Prices students without training them: all costs, and by how much constraints are violated.
package struct StudentPricing {
  let inputs: StudyInputs

  package init(inputs: StudyInputs) { self.inputs = inputs }

  private var definition: StudyDefinition { inputs.definition }

  /// Returns the costs of an architecture, or nil if no network can be built from it.
  package func costs(of architecture: Architecture) -> Costs? {
    guard let workload = try? inputs.workload(of: architecture),
      workload.network.flatMap(integerObstacle) == nil
    else { return nil }
    return Costs(workload, on: inputs.profiles, precision: definition.precision)
  }

  /// The study's constraints and the devices' own memory limits.
  var constraints: [Constraint] { definition.constraints + inputs.profiles.memoryConstraints }

  /// Returns the sum of relative violations: of every constraint, and of the budget that is nearest where
  /// there are any. 0 if every constraint and one budget are kept at the study's confidence.
  func violation(_ costs: Costs) -> Double {
    limits(for: costs).reduce(0) { $0 + violation($1, costs) }
  }

  func violation(_ constraint: Constraint, _ costs: Costs) -> Double {
    (try? constraint.violation(of: costs, at: definition.confidence)) ?? .infinity
  }

  /// What a student of these costs has to keep, the devices' memory included.
  func limits(for costs: Costs) -> [Constraint] {
    definition.limits(for: costs) + inputs.profiles.memoryConstraints
  }

  /// Returns the constraint that is violated most, and by which share of its bound.
  func binding(_ costs: Costs) -> (constraint: Constraint, excess: Double)? {
    limits(for: costs).map { ($0, violation($0, costs)) }.filter { $0.1 > 0 }
      .max { $0.1 < $1.1 }
  }

  /// Returns the probability that all limits are kept: of several the least likely decides, since
  /// nothing is known of how their errors go together.
  func feasibility(_ costs: Costs) -> Double {
    limits(for: costs).reduce(1) { min($0, (try? $1.probability(of: costs)) ?? 0) }
  }

  /// Returns the probability that a budget is kept as well as all limits; 0 if not as surely as the study asks
  /// for.
  private func probability(of budget: Budget, _ costs: Costs) -> Double {
    guard definition.violation(budget, costs) == 0 else { return 0 }
    return (constraints + budget.constraints).reduce(1) {
      min($0, (try? $1.probability(of: costs)) ?? 0)
    }
  }

  /// The problem that samplers solve: what the study asks for.
  ///
  /// - Parameters:
  ///   - teacher: What is known of the teacher; nil before it is trained, where no accuracy matters yet.
  ///   - related: Results of earlier studies that do not hold here but may tell something.
  package func problem(
    teacher: JournalEvent.TeacherReady?, related: [Observation] = []
  ) -> ProposalProblem {
    let definition = inputs.definition
    let budgets = definition.askedBudgets
    let appraise = { (architecture: Architecture) -> Appraisal in
      guard let costs = costs(of: architecture) else { return .unbuildable }
      return Appraisal(
        costs: definition.objectives.map { definition.cost($0, costs) },
        covariates: [log(Double(costs.macs)), log(Double(costs.parameters))],
        violation: violation(costs), feasibility: feasibility(costs),
        budgets: budgets.map { probability(of: $0, costs) })
    }
    let priced = PricedNetworks(inputs.space, appraise)
    return ProposalProblem(
      space: inputs.space, costNames: definition.objectives.map(\.description),
      covariateNames: ["log macs", "log parameters"], objective: objective(teacher: teacher),
      related: related, appraise: inputs.space.recipe.isEmpty ? appraise : priced.appraisal)
  }
}

/// What is known of networks, each worked out once, whatever recipes it is proposed with: costs do not depend on them.
private final class PricedNetworks {
  private let space: SearchSpace
  private let appraise: (Architecture) -> Appraisal
  /// By the choices that decide the network.
  private var known: [ArraySlice<Int>: Appraisal] = [:]

  init(_ space: SearchSpace, _ appraise: @escaping (Architecture) -> Appraisal) {
    (self.space, self.appraise) = (space, appraise)
  }

  func appraisal(of architecture: Architecture) -> Appraisal {
    let network = architecture.choices.prefix(space.networkParameterCount)
    if let appraisal = known[network] { return appraisal }
    let appraisal = appraise(architecture)
    known[network] = appraisal
    return appraisal
  }
}

extension [HardwareProfile] {
  /// What the devices themselves demand; where there are several, each constraint names its device.
  public var memoryConstraints: [Constraint] {
    flatMap { $0.memoryConstraints(isNamed: count > 1) }
  }
}
