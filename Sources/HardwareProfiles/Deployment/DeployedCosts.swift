import DeployedModels
import NeuralNetworks

/// An operator of a network that a device's runtime lacks.
public struct MissingOperator: Hashable, Sendable, Codable {
  /// As TensorFlow Lite names it, with what is unusual about it: `MUL with broadcast`; or the layer that no operator
  /// expresses.
  public let name: String
  /// The layers that need it, such as `7.hard swish`.
  public let layers: [String]
}

extension MissingOperator: CustomStringConvertible {
  /// `HARD_SWISH (7.hard swish and 3 more)`.
  public var description: String {
    let others = layers.count > 1 ? " and \(layers.count - 1) more" : ""
    return layers.isEmpty ? name : "\(name) (\(layers[0])\(others))"
  }
}

/// What a network takes of a device once it is deployed there.
public struct DeployedCosts: Hashable, Sendable {
  /// Bytes of the arena; nil where the runtime's rules are not known.
  public var arenaBytes: Int?
  /// Bytes of the model's file and of code; nil where the code's size is not known.
  public var flashBytes: Int?
  /// Operators that the runtime lacks.
  public var missing: [MissingOperator] = []
  /// Microseconds of operators that the runtime has, but slowly.
  public var slowMicroseconds = 0.0
}

extension [MissingOperator] {
  /// How often the network needs an operator that the runtime lacks.
  var uses: Int { reduce(0) { $0 + Swift.max(1, $1.layers.count) } }
}

extension Deployment {
  /// Returns what a network takes; nil for a workload that is no network of ours.
  ///
  /// A network that no operators express has no arena and no file: its activations and weights stand in for
  /// them, and it counts as one that misses an operator.
  func costs(
    of workload: InferenceWorkload, precision: MeasurementProtocol.Precision
  ) -> DeployedCosts? {
    guard let network = workload.network else { return nil }
    let lowered: DeployedModel
    do {
      lowered = try LoweredNetwork(structureOf: network).model
    } catch {
      return DeployedCosts(
        arenaBytes: arena.map { _ in
          precision.bytes(ofFP32: workload.costs.peakActivationBytes)
        },
        flashBytes: flash.map {
          $0.runtimeBytes + workload.weightBytes(at: precision)
        },
        missing: [MissingOperator(name: error.reason, layers: [error.layer])])
    }
    return costs(of: precision == .int8 ? lowered.int8Structure() : lowered)
  }

  /// Returns what a model takes, of which the structure is enough.
  public func costs(of model: DeployedModel) -> DeployedCosts {
    var costs = DeployedCosts()
    apply(operators, to: model, &costs)
    guard arena != nil || flash != nil else { return costs }
    let plan = OfflinePlan.embedded(in: model)
    if let arena {
      costs.arenaBytes = MicroArena(model, on: arena.runtime, offsets: plan?.offsets).bytes
    }
    if let flash {
      let names = Set(model.operators.map(\.kind.operatorName))
      costs.flashBytes =
        model.fileBytes(hasPlan: plan != nil) + flash.runtimeBytes
        + names.reduce(0) { $0 + (flash.operatorBytes[$1] ?? 0) }
    }
    return costs
  }

  private func apply(
    _ rules: [OperatorRule]?, to model: DeployedModel, _ costs: inout DeployedCosts
  ) {
    guard let rules else { return }
    var missing: [(name: String, layers: [String])] = []
    for step in model.operators {
      let (name, traits) = (step.kind.operatorName, model.traits(of: step))
      let output = model.tensors[step.output]
      if let rule = rules.first(where: { $0.holds(for: name, traits) }) {
        costs.slowMicroseconds += 1e-3 * rule.nanosecondsPerValue * Double(output.elementCount)
        continue
      }
      let known = rules.contains { $0.name == name }
      let suffix =
        known && !traits.isEmpty
        ? " with " + traits.map(\.rawValue).sorted().joined(separator: " and ") : ""
      if let index = missing.firstIndex(where: { $0.name == name + suffix }) {
        missing[index].layers.append(output.name)
      } else {
        missing.append((name + suffix, [output.name]))
      }
    }
    costs.missing = missing.map { MissingOperator(name: $0.name, layers: $0.layers) }
  }
}
