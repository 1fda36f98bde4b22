extension SearchSpace {
  /// The number of points: architectures, times recipes where these are searched; exact up to 2⁵³, beyond that to about 15 digits.
  public var pointCount: Double {
    Census(of: parameters, fixed: fixedChoices).pointCount
  }

  /// The number of architectures, whatever recipes they are trained by.
  public var architectureCount: Double {
    let own = parameters.count - recipe.parameters.count
    return Census(
      of: Array(parameters.prefix(own)), fixed: fixedChoices.filter { $0.key < own }
    ).pointCount
  }

  /// Returns every architecture once, in the order of their choices, or nil if there are more than
  /// `limit`.
  public func allArchitectures(limit: Int) -> [Architecture]? {
    guard pointCount <= Double(limit) else { return nil }
    var all: [Architecture] = []
    var chosen = Array(repeating: 0, count: parameters.count)
    func extend(from index: Int) {
      guard index < parameters.count else {
        all.append(Architecture(canonicalChoices: chosen))
        return
      }
      let isActive = isActive(index, in: Architecture(canonicalChoices: chosen))
      let choices = fixedChoices[index].map { $0..<$0 + 1 } ?? parameters[index].values.indices
      for choice in isActive ? choices : 0..<1 {
        chosen[index] = choice
        extend(from: index + 1)
      }
      chosen[index] = 0
    }
    extend(from: 0)
    return all
  }
}

/// Counts the points of a list of parameters without listing them.
///
/// Parameters are taken one after the other. A state holds the choices of those that a later
/// condition still asks for, and how many ways lead to it; a parameter that nothing asks for any
/// more is forgotten and its states merge. The work is the number of parameters times the greatest
/// number of states, not the number of points.
struct Census {
  /// The number of points.
  private(set) var pointCount = 1.0
  /// The indices of the parameters that are active in no point at all.
  private(set) var neverActive: [Int] = []
  /// The index of the parameter at which there were more states than are counted, and counting ended; nil if that did
  /// not happen. Spaces with such parameters are refused when they are read.
  private(set) var tooManyStates: Int?

  /// - Parameter fixed: The choices of the parameters that are not left open, by their indices.
  init(of parameters: [Parameter], fixed: [Int: Int] = [:]) {
    var lastUse = Array(parameters.indices)
    for (index, parameter) in parameters.enumerated() {
      for condition in parameter.conditions { lastUse[condition.parameter] = index }
    }
    var remembered: [Int] = []
    var ways: [[Int]: Double] = [[]: 1]
    for (index, parameter) in parameters.enumerated() {
      let (active, inactive) = Census.split(ways, remembered: remembered, by: parameter)
      guard active.count * parameter.values.count + inactive.count <= Census.mostWays else {
        tooManyStates = index
        return
      }
      if active.isEmpty { neverActive.append(index) }
      remembered.append(index)
      let kept = remembered.indices.filter { lastUse[remembered[$0]] > index }
      remembered = kept.map { remembered[$0] }
      ways = [:]
      for (state, count) in active {
        for choice in fixed[index].map({ $0..<$0 + 1 }) ?? parameter.values.indices {
          ways[kept.map { (state + [choice])[$0] }, default: 0] += count
        }
      }
      for (state, count) in inactive {
        ways[kept.map { (state + [Census.inactive])[$0] }, default: 0] += count
      }
      guard ways.count <= SpaceLimits.mostRememberedStates else {
        tooManyStates = index
        return
      }
    }
    pointCount = ways[[], default: 0]
  }

  /// Ways that are looked at for one parameter; of a parameter that nothing asks for they all come to few states.
  private static let mostWays = 20 * SpaceLimits.mostRememberedStates

  /// Stands in a state for the choice of a parameter without a meaning: fulfils no condition.
  private static let inactive = -1

  private static func split(
    _ ways: [[Int]: Double], remembered: [Int], by parameter: Parameter
  ) -> (active: [(state: [Int], count: Double)], inactive: [(state: [Int], count: Double)]) {
    let isActive = { (state: [Int]) in
      parameter.conditions.allSatisfy { condition in
        remembered.firstIndex(of: condition.parameter).map {
          condition.choices.contains(state[$0])
        } ?? false
      }
    }
    // In a fixed order, since beyond 2⁵³ the sums depend on it.
    let states = ways.sorted { $0.key.lexicographicallyPrecedes($1.key) }
      .map { (state: $0.key, count: $0.value) }
    return (states.filter { isActive($0.state) }, states.filter { !isActive($0.state) })
  }
}
