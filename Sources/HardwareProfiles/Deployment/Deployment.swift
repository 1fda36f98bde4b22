import DeployedModels

/// What a runtime can run, and what a model takes of the device as well as its weights and activations.
public struct Deployment: Hashable, Sendable, Codable {
  /// How much memory the runtime takes for a model; nil where its rules are not known.
  public let arena: ArenaRules?
  /// What of the flash is code; nil where that is not known.
  public let flash: FlashRules?
  /// What the runtime runs; nil where the profile says nothing of it.
  public let operators: [OperatorRule]?

  public init(arena: ArenaRules?, flash: FlashRules?, operators: [OperatorRule]?) {
    (self.arena, self.flash, self.operators) = (arena, flash, operators)
  }
}

/// The rules by which a runtime lays out memory.
public struct ArenaRules: Hashable, Sendable, Codable {
  /// Whose rules they are.
  public enum Planner: String, Hashable, Sendable, Codable, CaseIterable {
    case tensorFlowLiteMicro = "tflite-micro"
  }

  public let planner: Planner
  public let kernels: MicroRuntime.Kernels
  public let pointerBytes: Int

  public init(kernels: MicroRuntime.Kernels, pointerBytes: Int = 4) {
    planner = .tensorFlowLiteMicro
    self.kernels = kernels
    self.pointerBytes = pointerBytes
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case planner, kernels
    case pointerBytes = "pointer_bytes"
  }

  /// The runtime that lays out memory so.
  public var runtime: MicroRuntime { MicroRuntime(kernels, pointerBytes: pointerBytes) }
}

extension MicroRuntime.Kernels: Codable {}

/// What stands in flash next to the model's file.
public struct FlashRules: Hashable, Sendable, Codable {
  /// The runtime's code, whatever the model is.
  public let runtimeBytes: Int
  /// The code of each operator that is linked only if a model has it, by its name in TensorFlow Lite.
  public let operatorBytes: [String: Int]

  public init(runtimeBytes: Int, operatorBytes: [String: Int] = [:]) {
    (self.runtimeBytes, self.operatorBytes) = (runtimeBytes, operatorBytes)
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case runtimeBytes = "runtime_bytes"
    case operatorBytes = "operator_bytes"
  }
}

/// An operator that a runtime has, or one that it has but slowly.
public struct OperatorRule: Hashable, Sendable, Codable {
  /// The name in TensorFlow Lite.
  public let name: String
  /// What an operator must have for the rule to hold.
  public let with: [OperatorTrait]
  /// What it must not have.
  public let without: [OperatorTrait]
  /// Nanoseconds for each output value that the operator takes beyond what the kernels are priced at.
  public let nanosecondsPerValue: Double

  public init(
    _ name: String, with: [OperatorTrait] = [], without: [OperatorTrait] = [],
    nanosecondsPerValue: Double = 0
  ) {
    (self.name, self.with, self.without) = (name, with, without)
    self.nanosecondsPerValue = nanosecondsPerValue
  }

  enum CodingKeys: String, CodingKey, CaseIterable {
    case name, with, without
    case nanosecondsPerValue = "ns_per_value"
  }

  /// Returns whether the rule speaks of an operator with these traits.
  func holds(for name: String, _ traits: Set<OperatorTrait>) -> Bool {
    self.name == name && traits.isSuperset(of: with) && traits.isDisjoint(with: without)
  }
}
