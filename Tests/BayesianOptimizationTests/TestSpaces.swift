import Foundation
import ParetoFronts
import RandomStreams
import SearchSpaces

@testable import BayesianOptimization

/// A parameter with the values 1 … `count`; with a parent, only for the parent's value 1.
struct TestParameter {
  var count: Int
  var isCategorical = false
  var parent: Int?
}

/// Returns a space of parameters p0, p1, …, all of them used by a token blueprint.
///
/// - Parameters:
///   - more: Further parameters, as JSON.
///   - elements: The beginning of the blueprint, as JSON, which uses those.
func makeSpace(
  _ parameters: [TestParameter], declarations more: [String] = [], elements: [String] = []
) throws -> SearchSpace {
  let declarations = parameters.enumerated().map { index, parameter in
    let values = (1...parameter.count).map(String.init).joined(separator: ", ")
    let scale = parameter.isCategorical ? "categorical" : "ordinal"
    let when = parameter.parent.map { ", \"when\": {\"p\($0)\": [1]}" } ?? ""
    return "{\"name\": \"p\(index)\", \"values\": [\(values)], \"scale\": \"\(scale)\"\(when)}"
  }
  let layers = parameters.enumerated().map { index, parameter in
    let layer = "{\"layer\": \"dense\", \"channels\": \"$p\(index)\"}"
    return parameter.parent.map { "{\"if\": \"$p\($0) == 1\", \"then\": [\(layer)]}" } ?? layer
  }
  let json = """
    {"format": "\(SearchSpace.format)", "name": "test",
     "parameters": [\((declarations + more).joined(separator: ", "))],
     "blueprint": [\((elements + layers).joined(separator: ", "))]}
    """
  return try SearchSpace(json: Data(json.utf8), file: "test.json")
}

/// Returns a space of one to four parameters with one to four values, some categorical or
/// conditional.
func randomSpace(using random: inout RandomStream) throws -> SearchSpace {
  var parameters: [TestParameter] = []
  for index in 0..<(1 + random.integer(below: 4)) {
    let mayDepend = index > 0 && parameters[0].count > 1
    parameters.append(
      TestParameter(
        count: 1 + random.integer(below: 4), isCategorical: random.integer(below: 2) == 0,
        parent: mayDepend && random.integer(below: 3) == 0 ? 0 : nil))
  }
  return try makeSpace(parameters)
}

/// A search over made-up students: depth and widths help, with diminishing returns, and cost.
///
/// Eight ordinal decisions of five values, and two categorical ones of three: 3.5 million points.
struct SyntheticTask {
  let space: SearchSpace
  let noise: Double

  init(noise: Double = 0) throws {
    let ordinal = [TestParameter](repeating: TestParameter(count: 5), count: 8)
    let categorical = [TestParameter](
      repeating: TestParameter(count: 3, isCategorical: true), count: 2)
    space = try makeSpace(ordinal + categorical)
    self.noise = noise
  }

  func cost(_ architecture: Architecture) -> Double {
    let x = architecture.choices.map(Double.init)
    var sum = 1.0
    for index in 0..<8 { sum += (1 + 0.3 * Double(index)) * x[index] }
    return sum * [1.0, 1.3, 0.8][architecture.choices[9]]
  }

  func accuracy(_ architecture: Architecture) -> Double {
    let x = architecture.choices.map { Double($0) / 4 }
    var gain = 0.0
    for index in 0..<8 { gain += [0.5, 1.0, 0.2, 0.8, 0.1, 0.6, 0.3, 0.9][index] * x[index] }
    // Widths of neighbouring stages should match, and one kind of block is better.
    for index in 0..<7 { gain -= 0.4 * (x[index] - x[index + 1]) * (x[index] - x[index + 1]) }
    gain += [0.0, 0.6, 0.3][architecture.choices[8]] + [0.1, 0.3, 0.0][architecture.choices[9]]
    return 0.95 - 0.35 * exp(-0.7 * gain)
  }

  func problem(maximumCost: Double = .infinity) -> ProposalProblem {
    ProposalProblem(space: space, costNames: ["cost"]) { architecture in
      let cost = cost(architecture)
      return Appraisal(
        costs: [cost], covariates: [], violation: max(0, cost / maximumCost - 1))
    }
  }

  /// The problem of a study that asks for the front and for the best student within each of these budgets.
  func problem(budgets: [Double], floor: Double? = nil) -> ProposalProblem {
    let bounds = SearchObjective.AskedCost(bounds: budgets, isBounded: true)
    return ProposalProblem(
      space: space, costNames: ["cost"],
      objective: SearchObjective(
        floor: floor, requiredValue: nil, asking: [bounds], budgetCount: budgets.count,
        asksForFront: true)
    ) { architecture in
      let cost = cost(architecture)
      return Appraisal(
        costs: [cost], covariates: [], violation: max(0, cost / (budgets.max() ?? 1) - 1),
        budgets: budgets.map { cost <= $0 ? 1 : 0 })
    }
  }

  /// Runs a search and returns its history and the hypervolume of its true accuracies.
  func search(
    _ sampler: any Sampler, trials: Int, seed: UInt64
  ) throws -> (history: [Observation], hypervolume: Double) {
    let session = SearchSession(problem())
    var history: [Observation] = []
    for trial in 0..<trials {
      guard
        case .architecture(let architecture)? = try sampler.propose(
          in: session, history: history, trial: trial, seed: seed)
      else { break }
      var random = RandomStream(seed: seed, purpose: "measurement noise", trial)
      let value = accuracy(architecture) + noise * random.normal()
      history.append(
        Observation(
          architecture: architecture, outcome: .measured(value: value, standardError: noise)))
    }
    let points = history.map { [accuracy($0.architecture), -log(cost($0.architecture))] }
    return (history, hypervolume(of: points, reference: [0.6, -log(80)]))
  }
}

extension RandomStream {
  /// Returns `count` numbers drawn uniformly from [0, 1).
  mutating func uniforms(_ count: Int) -> [Double] { (0..<count).map { _ in uniform() } }
}
