import HardwareProfiles
import SearchSpaces

extension StudentPricing {
  /// Returns why the student of a key cannot be tried, in words; nil if it can.
  func obstacle(to key: String) -> String? {
    do {
      let architecture = try inputs.space.architecture(key: key)
      guard let costs = costs(of: architecture) else { return "no network can be built from it" }
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
}
