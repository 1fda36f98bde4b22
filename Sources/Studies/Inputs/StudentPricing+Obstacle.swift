import HardwareProfiles
import SearchSpaces

extension StudentPricing {
  /// Returns why the student of a key cannot be tried, in words; nil if it can.
  func obstacle(to key: String) -> String? {
    do {
      let architecture = try inputs.space.architecture(key: key)
      if let obstacle = integerObstacle(to: architecture) { return obstacle }
      guard let costs = costs(of: architecture) else { return "no network can be built from it" }
      if let lack = costs.lack(on: .missingOperators) {
        let decisions = decisionsBehindLack(of: architecture)
        return lack
          + (decisions.isEmpty
            ? "" : ": without \(decisions.joined(separator: " or ")) it would need fewer")
      }
      return binding(costs).map { binding in
        let excess = (1000 * binding.excess).rounded() / 10
        return "it breaks \(binding.constraint.description) by \(excess) %"
          + (doubt(about: binding.constraint, costs).map { ": \($0)" } ?? "")
      }
    } catch {
      return "\(error)"
    }
  }

  /// Says that a prediction keeps a bound, but not as surely as the study asks for; nil if that is not so.
  private func doubt(about constraint: Constraint, _ costs: Costs) -> String? {
    let confidence = inputs.definition.confidence
    guard let cost = try? constraint.decisive(of: costs, at: confidence),
      let probability = constraint.doubtfulProbability(of: cost, at: confidence)
    else { return nil }
    let percent = (100 * probability).rounded()
    return "its prediction keeps the bound with a probability of \(Int(percent)) %, the study asks "
      + "for \((1000 * confidence.level).rounded() / 10) %"
  }

  /// Returns the decisions of an architecture, `name=value`, of which another value would need fewer of the operators
  /// that devices lack.
  func decisionsBehindLack(of architecture: Architecture) -> [String] {
    let metric = DeviceMetric.missingOperators
    func uses(_ architecture: Architecture) -> Double {
      costs(of: architecture).flatMap { try? $0.value(of: metric) } ?? .infinity
    }
    let (space, own) = (inputs.space, uses(architecture))
    var decisions: [String] = []
    for neighbor in space.neighbors(of: architecture) where uses(neighbor) < own {
      guard
        let index = space.parameters.indices.first(where: {
          architecture.choices[$0] != neighbor.choices[$0]
        })
      else { continue }
      let parameter = space.parameters[index]
      let decision = "\(parameter.name)=\(parameter.values[architecture.choices[index]])"
      if !decisions.contains(decision) { decisions.append(decision) }
    }
    return decisions
  }
}
