import NeuralNetworks

extension DeployedModel {
  /// The model as hardware profiles price it, its costs counted as in fp32: profiles scale them to what they measured.
  public var workload: InferenceWorkload {
    let kernels = operators.map(kernel)
    return InferenceWorkload(
      kernels: kernels,
      costs: NetworkCosts(
        kernels: kernels, parameters: parameterCount, peakActivations: peakActivations))
  }

  /// What the operators compute with: int8 if any weights are, otherwise fp32.
  public var precision: Precision {
    operators.contains { $0.kind.hasWeights && tensors[$0.inputs[0]].type == .int8 }
      ? .int8 : .fp32
  }

  /// Weights and biases, those that several operators share counted once; shapes and other operands are none.
  public var parameterCount: Int {
    var seen: Set<Int> = []
    for step in operators where step.kind.readsParameters {
      seen.formUnion(step.inputs.dropFirst().filter { tensors[$0].isConstant })
    }
    return seen.reduce(0) { $0 + tensors[$1].elementCount }
  }

  /// The most values of activations that are held at once, each from the operator that gives it to the last that reads it.
  private var peakActivations: Int {
    var lastUse = [Int](repeating: -1, count: tensors.count)
    for (index, step) in operators.enumerated() {
      for input in step.inputs { lastUse[input] = index }
    }
    lastUse[output] = operators.count - 1
    func request(_ tensor: Int, from index: Int) -> ArenaLayout.Request {
      ArenaLayout.Request(
        floats: tensors[tensor].elementCount, firstUse: index, lastUse: max(index, lastUse[tensor]))
    }
    let requests =
      [request(input, from: 0)]
      + operators.enumerated().map { request($0.element.output, from: $0.offset) }
    return ArenaLayout(requests, alignment: 1).floats
  }
}

extension DeployedModel {
  /// Each operator as a kernel, in order; a reshape is one too, since the runtimes copy.
  public var kernels: [InferenceKernel] { operators.map(kernel) }

  private func kernel(_ step: DeployedOperator) -> InferenceKernel {
    let (input, output) = (tensors[step.inputs[0]].imageShape, tensors[step.output].imageShape)
    let weights = step.inputs.count > 1 ? tensors[step.inputs[1]] : nil
    func kernel(
      _ kind: InferenceKernel.Kind, _ window: Window? = nil, groups: Int = 1,
      addsResidual: Bool = false, activation: Activation? = nil
    ) -> InferenceKernel {
      InferenceKernel(
        kind, from: input, to: output,
        kernelSize: window.map { max($0.height, $0.width) } ?? 1,
        stride: window.map { max($0.strideY, $0.strideX) } ?? 1, groups: groups,
        activation: activation ?? Activation(step.activation), macs: macs(of: step),
        weightCount: step.kind.readsParameters ? constants(of: step) : 0,
        addsResidual: addsResidual)
    }
    switch step.kind {
    case .convolution(let window):
      let shape = weights?.shape ?? []
      return kernel(
        window.height * window.width == 1 ? .pointwise : .convolution, window,
        groups: input.channels / shape[3])
    case .depthwiseConvolution(let window):
      return kernel(.depthwise, window)
    case .fullyConnected: return kernel(.dense)
    case .averagePool(let window), .maxPool(let window):
      let isGlobal = window.height == input.height && window.width == input.width
      return isGlobal && output.elementCount == output.channels
        ? kernel(.globalPooling) : kernel(.pooling, window)
    case .mean: return kernel(.globalPooling)
    case .add, .multiply:
      let reads = weights.map { !$0.isConstant && $0.elementCount == output.elementCount } ?? false
      return kernel(.elementwise, addsResidual: reads)
    case .gelu: return kernel(.gelu)
    case .relu: return kernel(.elementwise, activation: .relu)
    case .relu6: return kernel(.elementwise, activation: .relu6)
    case .hardSwish: return kernel(.elementwise, activation: .hardSwish)
    case .reshape, .pad, .transpose, .softmax, .logistic, .quantize, .dequantize:
      return kernel(.elementwise)
    }
  }

  private func constants(of step: DeployedOperator) -> Int {
    step.inputs.dropFirst().reduce(0) {
      $0 + (tensors[$1].isConstant ? tensors[$1].elementCount : 0)
    }
  }
}

extension DeployedTensor {
  /// The shape as height, width and channels; further dimensions are part of the height.
  var imageShape: TensorShape {
    let sides = [1, 1] + shape
    return TensorShape(
      height: sides.dropLast(2).reduce(1, *), width: sides[sides.count - 2],
      channels: sides[sides.count - 1])
  }
}

extension Activation {
  init(_ fused: FusedActivation) {
    switch fused {
    case .none: self = .identity
    case .relu: self = .relu
    case .relu6: self = .relu6
    }
  }
}
