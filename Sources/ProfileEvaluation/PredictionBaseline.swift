import HardwareProfiles
import NeuralNetworks
import SearchSpaces
import Statistics

/// A simple way to predict latencies that a profile must beat.
public enum PredictionBaseline: String, CaseIterable, Sendable {
  /// Multiply–accumulates alone; says nothing in milliseconds.
  case macs = "MACs"
  /// Trained parameters alone; says nothing in milliseconds.
  case parameters
  /// Non-negative least squares on relative errors over launches, MACs and bytes of each kind of kernel.
  case physical = "physical features"
  /// Ridge regression on the choices, one column per value of each decision.
  case choices = "ridge on choices"

  /// Whether its predictions are latencies; otherwise they only rank.
  var isInMilliseconds: Bool { self != .macs && self != .parameters }

  /// Predicts the latency of every network from some that were measured.
  ///
  /// - Parameters:
  ///   - training: Indices of the measured networks.
  /// - Returns: Milliseconds, or a quantity that ranks alike, for each network.
  func predictions(
    _ measured: MeasuredArchitectures, of space: SearchSpace, training: [Int]
  ) -> [Double] {
    let measurements = measured.measurements
    switch self {
    case .macs: return measurements.map { Double($0.workload.costs.macs) }
    case .parameters: return measurements.map { Double($0.workload.costs.parameters) }
    case .physical:
      let features = measurements.map { PredictionBaseline.physicalFeatures($0.workload) }
      let solution = nonnegativeLeastSquares(
        training.map { index in
          features[index].map { $0 / measurements[index].latencyMilliseconds }
        }, [Double](repeating: 1, count: training.count))
      return features.map { row in zip(row, solution).reduce(0.0) { $0 + $1.0 * $1.1 } }
    case .choices:
      let features = measured.architectures.map { architecture in
        space.parameters.indices.flatMap { index in
          space.parameters[index].values.indices.map { $0 == architecture.choices[index] ? 1.0 : 0 }
        }
      }
      let regression = RidgeRegression(
        training.map { features[$0] }, training.map { measurements[$0].latencyMilliseconds },
        strength: 1)
      return features.map(regression.value)
    }
  }

  private static func physicalFeatures(_ workload: InferenceWorkload) -> [Double] {
    let kinds = InferenceKernel.Kind.allCases
    var features = [Double](repeating: 0, count: 1 + 3 * kinds.count)
    features[0] = 1
    for kernel in workload.kernels {
      let first = 1 + 3 * (kinds.firstIndex(of: kernel.kind) ?? 0)
      features[first] += 1
      features[first + 1] += 1e-6 * Double(kernel.macs)
      features[first + 2] += 1e-6 * Double(kernel.bytesMoved)
    }
    return features
  }
}
