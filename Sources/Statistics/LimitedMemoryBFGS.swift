import Foundation

/// The end of a minimisation: where, how low, and after how many evaluations.
public struct Minimum: Sendable {
  public var point: [Double]
  public var value: Double
  public var evaluations: Int
}

/// Minimises a smooth function by the limited-memory BFGS method with a backtracking line search.
///
/// Deterministic. A value that is not finite marks a point that is not allowed: the line search steps
/// back from it. Source: Nocedal and Wright, "Numerical Optimization", 2nd ed., algorithms 7.4 and
/// 7.5.
///
/// - Parameters:
///   - start: Where to begin; the function must be finite there, else the start is returned.
///   - maximumEvaluations: When to stop at the latest.
///   - tolerance: Stop once a step lowers the value by less than this.
///   - function: Returns value and gradient at a point.
public func minimize(
  from start: [Double], maximumEvaluations: Int, tolerance: Double,
  _ function: ([Double]) -> (value: Double, gradient: [Double])
) -> Minimum {
  let memory = 8
  var pairs: [(step: [Double], change: [Double], curvature: Double)] = []
  var (value, gradient) = function(start)
  var best = Minimum(point: start, value: value, evaluations: 1)
  guard value.isFinite else { return best }

  while best.evaluations < maximumEvaluations {
    var direction = descentDirection(gradient, pairs)
    var slope = dot(direction, gradient)
    if !(slope < 0) {
      pairs.removeAll()
      direction = gradient.map { -$0 }
      slope = dot(direction, gradient)
      if !(slope < 0) { break }
    }
    // A step of at most 1 in any coordinate: these are logarithms, and the model is local.
    var length = min(1, 1 / (direction.map(abs).max() ?? 1))
    var accepted = false
    while best.evaluations < maximumEvaluations, length > 1e-8 {
      let point = zip(best.point, direction).map { $0 + length * $1 }
      let trial = function(point)
      best.evaluations += 1
      if trial.value <= value + 1e-4 * length * slope {
        let step = zip(point, best.point).map { $0 - $1 }
        let change = zip(trial.gradient, gradient).map { $0 - $1 }
        let curvature = dot(step, change)
        if curvature > 1e-10 * dot(change, change) {
          pairs.append((step, change, curvature))
          if pairs.count > memory { pairs.removeFirst() }
        }
        accepted = value - trial.value > tolerance
        (best.point, best.value) = (point, trial.value)
        (value, gradient) = trial
        break
      }
      length *= 0.4
    }
    if !accepted { break }
  }
  return best
}

/// Returns minus the approximate inverse Hessian times the gradient (the two-loop recursion).
private func descentDirection(
  _ gradient: [Double], _ pairs: [(step: [Double], change: [Double], curvature: Double)]
) -> [Double] {
  var direction = gradient.map { -$0 }
  var weights: [Double] = []
  for pair in pairs.reversed() {
    let weight = dot(pair.step, direction) / pair.curvature
    weights.append(weight)
    add(-weight, pair.change, to: &direction)
  }
  if let last = pairs.last {
    let scale = last.curvature / dot(last.change, last.change)
    direction = direction.map { $0 * scale }
  }
  for (pair, weight) in zip(pairs, weights.reversed()) {
    add(weight - dot(pair.change, direction) / pair.curvature, pair.step, to: &direction)
  }
  return direction
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += a[index] * b[index] }
  return sum
}

private func add(_ factor: Double, _ a: [Double], to b: inout [Double]) {
  for index in a.indices { b[index] += factor * a[index] }
}
