import NeuralNetworks

/// How fast a device runs one kind of kernel; `PhysicalModel.swift` opens with the formula.
public struct KernelParameters: Hashable, Sendable {
  /// Microseconds per launch, whatever the kernel's size.
  public var overheadMicroseconds: Double
  /// 10⁹ multiply–accumulates per second at full efficiency; `nil` for kinds that have none.
  public var gigaMACsPerSecond: Double?
  /// 10⁹ element operations per second; `nil` for kinds whose work is all MACs.
  public var gigaOperationsPerSecond: Double?
  /// The number of output channels at which their shortage alone halves the rate.
  public var outputChannelsHalf: Double = 0
  /// The number of MACs per output value at which their shortage alone halves the rate.
  public var reductionHalf: Double = 0
  /// The number of input channels at which their shortage alone halves the rate: what a loop over them costs before it
  /// begins. It matters to a first layer, whose input has one or three.
  public var inputChannelsHalf: Double = 0
  /// 10⁹ bytes per second of the kernel's own traffic, which adds to its work; `nil` if only the memory
  /// levels bound it.
  public var gigabytesPerSecond: Double?
  /// One standard deviation of what a single kernel's prediction is wrong by, relative.
  public var relativeUncertainty: Double
  /// Whether the profile's file says nothing of the kind, so that it is priced as `elementwise`.
  var isAssumed = false
}

extension KernelParameters {
  /// What a kind that a file lacks is taken to be: launch, passes over the activations, traffic and
  /// uncertainty of `elementwise`, and MACs, where it has some, at the rate of the kind that is slowest at them.
  ///
  /// So files stay readable when a kind is added that they cannot know.
  init(
    assumedOf kind: InferenceKernel.Kind, from elementwise: KernelParameters,
    gigaMACsPerSecond slowest: Double?
  ) {
    self = elementwise
    gigaMACsPerSecond = kind.countsMACs ? slowest : nil
    gigaOperationsPerSecond =
      kind.countsOperations ? elementwise.gigaOperationsPerSecond : nil
    isAssumed = true
  }
}

extension HardwareProfile {
  /// The kinds of these kernels that the profile's file says nothing of; they are priced as `elementwise`.
  public func assumedKinds(of kernels: some Sequence<InferenceKernel>) -> [InferenceKernel.Kind] {
    let asked = Set(kernels.map(\.kind))
    return InferenceKernel.Kind.allCases.filter { kind in
      asked.contains(kind)
        && (physical.kernels[kind.index].isAssumed
          || physical.idleKernels?[kind.index].isAssumed ?? false)
    }
  }

  /// A sentence about `assumedKinds`; nil if there are none.
  public func assumption(of kernels: some Sequence<InferenceKernel>) -> String? {
    let kinds = assumedKinds(of: kernels).map(\.rawValue)
    guard !kinds.isEmpty else { return nil }
    return "the profile says nothing of \(kinds.joined(separator: ", ")): priced as elementwise"
  }
}

extension InferenceKernel.Kind {
  /// The kind's place in `allCases`.
  ///
  /// An enum of cases without values is stored as its number, so nothing has to be looked up.
  var index: Int { Int(unsafeBitCast(self, to: UInt8.self)) }

  /// Whether the kind's work is multiply–accumulates.
  var countsMACs: Bool {
    switch self {
    case .convolution, .pointwise, .depthwise, .dense, .squeezeExcitation: true
    case .pooling, .globalPooling, .elementwise, .layerNorm, .gelu: false
    }
  }

  /// Whether the kind does element operations as well as MACs, or instead of them.
  var countsOperations: Bool {
    switch self {
    case .convolution, .pointwise, .depthwise, .dense: false
    case .squeezeExcitation, .pooling, .globalPooling, .elementwise, .layerNorm, .gelu: true
    }
  }

  /// Whether the kind's rate depends on the shape.
  var hasEfficiency: Bool { countsMACs && !countsOperations }
}
