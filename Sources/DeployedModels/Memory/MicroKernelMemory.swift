/// What an operator's kernel keeps in the arena.
struct MicroKernelMemory: Hashable, Sendable {
  /// The operator's options, which the file's are turned into; nil for one without.
  var options: [CStructure.Member]?
  /// What the kernel computes before the first inference; nil for one that keeps nothing.
  var data: [CStructure.Member]?
  /// Arrays that stay: multipliers and shifts of each channel, and sums of weights.
  var arrays: [Int] = []
  /// Buffers that are used while the operator runs.
  var scratch: [Int] = []
  /// The tensors that are described in the arena while the operator is prepared.
  var described: [Int] = []
}

// Sources: tensorflow/lite/core/c/builtin_op_data.h, tensorflow/lite/micro/kernels and its folder cmsis_nn.

extension MicroRuntime {
  /// Returns what the kernel of an operator keeps.
  func memory(of step: DeployedOperator, in model: DeployedModel) -> MicroKernelMemory {
    var memory = MicroKernelMemory()
    memory.options = options(of: step.kind)
    memory.data = data(of: step.kind)
    let (inputs, output) = (step.inputs.filter { $0 >= 0 }, step.output)
    memory.described = inputs + [output]
    switch step.kind {
    case .convolution, .depthwiseConvolution:
      let isInt8 = model.tensors[inputs[0]].type == .int8
      let channels = model.tensors[output].channels
      // The reference kernels keep them for floats too, where nothing reads them.
      if isInt8 || kernels == .reference { memory.arrays = [4 * channels, 4 * channels] }
      memory.described = [output] + inputs.prefix(2) + inputs + [output]
    case .fullyConnected:
      memory.arrays = cmsisSumArrays(of: step, in: model)
    case .mean:
      let accumulators =
        model.tensors[inputs[0]].type == .int8 ? [4 * model.tensors[output].elementCount] : []
      memory.scratch =
        accumulators + [
          4 * model.tensors[inputs[0]].shape.count, 4 * model.tensors[inputs[1]].elementCount,
        ]
      memory.described += [inputs[0], output]
    case .reshape: memory.described = [inputs[0], output]
    case .add, .multiply, .averagePool, .maxPool, .pad, .transpose, .softmax, .logistic, .relu,
      .relu6,
      .hardSwish, .gelu, .quantize, .dequantize:
      break
    }
    memory.scratch += cmsisScratch(of: step, in: model)
    return memory
  }

  private func options(of kind: DeployedOperator.Kind) -> [CStructure.Member]? {
    switch kind {
    case .convolution, .depthwiseConvolution: [.int32s(7)]
    // Two more pointers than the snapshot has: the package of October 2026 asks for 32 bytes, aligned to 8.
    case .fullyConnected: [.int32s(2), .boolean, .boolean, .int32, .pointers(2)]
    case .averagePool, .maxPool: [.int32s(10)]
    case .add: [.int32, .boolean]
    case .multiply, .softmax: [.int32]
    case .reshape: [.int32s(9)]
    case .mean: [.boolean]
    case .pad, .transpose, .logistic, .relu, .relu6, .hardSwish, .gelu, .quantize, .dequantize: nil
    }
  }

  private func data(of kind: DeployedOperator.Kind) -> [CStructure.Member]? {
    let isCMSIS = kernels != .reference
    func extended(_ own: [CStructure.Member], by more: [CStructure.Member]) -> [CStructure.Member] {
      isCMSIS ? [.structure(CStructure(own))] + more : own
    }
    let compression: [CStructure.Member] = hasCompression ? [.int32s(2)] : []
    switch kind {
    case .convolution, .depthwiseConvolution:
      return extended(
        [.int32s(4), .int32s(5), .pointers(2), .int32s(3)] + compression, by: [.int32])
    case .fullyConnected:
      return extended(
        [.int32s(9), .pointers(2), .boolean] + compression,
        by: [.int32s(2), .pointer, .int32s(3)])
    case .averagePool, .maxPool: return extended([.int32s(8)], by: [.int32])
    case .add: return [.boolean, .int32s(14)]
    case .multiply: return [.int32s(9)]
    case .softmax: return extended([.double, .int32s(7), .pointers(5)], by: [.int32s(2)])
    case .mean: return [.int32s(11)]
    case .pad:
      let side: [CStructure.Member] = [.boolean, .int32s(5)]
      return [.structure(CStructure(side + side + [.boolean])), .int32]
    case .logistic: return [.int32s(4)]
    case .relu: return [.int32s(7)]
    case .relu6: return [.int32s(2)]
    case .hardSwish: return [.array(3, [.int16]), .int32, .int16, .int32]
    case .quantize:
      return [.structure(CStructure([.int32, .double])), .int32s(3)]
    case .dequantize: return [.structure(CStructure([.double, .int32])), .int32s(3)]
    case .reshape, .transpose, .gelu: return nil
    }
  }
}
