import DeployedModels
import NeuralNetworks

/// Makes the steps of a plan.
struct PlanBuilder {
  let model: DeployedModel
  let operators: [PlannedOperator]
  let capacity: Int
  let input: UnsafePointer<Float>
  let memory: PlanMemory
  /// Where the activations lie in the arena, by tensor: those that are alive at the same time lie apart.
  private let offsets: [Int: Int]
  private let arena: UnsafeMutablePointer<UInt8>
  /// The tensor whose place a tensor has: a reshaped one that of its source.
  private let roots: [Int]

  init(
    model: DeployedModel, operators: [PlannedOperator], capacity: Int, input: UnsafePointer<Float>,
    memory: PlanMemory
  ) {
    self.model = model
    self.operators = operators
    self.capacity = capacity
    self.input = input
    self.memory = memory
    var roots = Array(model.tensors.indices)
    for step in operators {
      if case .copy = step.rule { roots[step.output] = roots[step.inputs[0]] }
      if case .dequantize = step.rule { roots[step.output] = roots[step.inputs[0]] }
    }
    self.roots = roots
    var steps: [Int: ClosedRange<Int>] = [roots[model.input]: 0...0]
    for (number, step) in operators.enumerated() {
      for tensor in step.inputs + [step.output]
      where tensor >= 0 && !model.tensors[tensor].isConstant {
        let root = roots[tensor]
        steps[root] = (steps[root]?.lowerBound ?? number)...number
      }
    }
    let end = max(operators.count, 1)
    steps[roots[model.output]] = (steps[roots[model.output]]?.lowerBound ?? 0)...end
    let lives = steps.sorted { $0.key < $1.key }
    // The layout counts in what it is given: here, bytes.
    let layout = ArenaLayout(
      lives.map { tensor, range in
        ArenaLayout.Request(
          floats: capacity * model.tensors[tensor].elementCount + readMarginBytes,
          firstUse: range.lowerBound, lastUse: range.upperBound)
      }, alignment: 64)
    offsets = Dictionary(uniqueKeysWithValues: zip(lives.map(\.key), layout.offsets))
    arena = memory.take(layout.floats)
  }

  /// The int8 tensor that holds the output.
  var integerOutput: Int { roots[model.output] }

  /// Returns where an activation or a constant lies, as unsigned bytes.
  func bytes(of tensor: Int) throws(DeploymentError) -> UnsafeMutablePointer<UInt8> {
    if let offset = offsets[roots[tensor]], model.tensors[roots[tensor]].type == .int8 {
      return arena + offset
    }
    guard case .int8(let values) = model.tensors[tensor].values else {
      throw DeploymentError(
        layer: model.tensors[tensor].name,
        reason: "a \(model.tensors[tensor].type.rawValue) tensor among int8 operators")
    }
    return memory.take(copying: values.map { UInt8(bitPattern: $0) ^ 128 })
  }

  /// Returns the value of each byte of the output.
  func outputMeanings() throws(DeploymentError) -> [Float] {
    guard let quantization = model.tensors[integerOutput].quantization else {
      throw DeploymentError(
        layer: model.tensors[integerOutput].name, reason: "the output has no scale and zero point")
    }
    return integersOfBytes.map(quantization.value(of:))
  }

  func steps() throws(DeploymentError) -> [any IntegerStep] {
    var result: [any IntegerStep] = []
    for planned in operators {
      if let step = try step(planned) { result.append(step) }
    }
    return result
  }

  private func step(_ planned: PlannedOperator) throws(DeploymentError) -> (any IntegerStep)? {
    let tensor = model.tensors[planned.inputs[0]]
    if case .quantize(let quantization) = planned.rule {
      guard planned.inputs[0] == model.input else {
        throw DeploymentError(layer: tensor.name, reason: "an fp32 tensor among int8 operators")
      }
      return QuantizeStep(
        quantization: quantization, input: input, output: try bytes(of: planned.output),
        count: tensor.elementCount)
    }
    if case .dequantize = planned.rule {
      guard planned.output == model.output else {
        throw DeploymentError(layer: tensor.name, reason: "dequantize before the model's end")
      }
      return nil
    }
    let source = UnsafePointer(try bytes(of: planned.inputs[0]))
    let target = try bytes(of: planned.output)
    switch planned.rule {
    case .convolution(let place, let rule):
      let geometry = planned.geometry ?? WindowGeometry(place)
      return WinogradStep.applies(to: geometry, rule)
        ? WinogradStep(geometry, rule, input: source, output: target, memory: memory)
        : ConvolutionStep(geometry, rule, input: source, output: target, memory: memory)
    case .depthwise(let place, let rule):
      return DepthwiseStep(
        planned.geometry ?? WindowGeometry(place), rule, input: source,
        output: target, memory: memory)
    case .dense(let rule):
      return ConvolutionStep(
        WindowGeometry(dense: tensor.elementCount), rule, input: source,
        output: target, memory: memory)
    case .sum(let rule):
      return SumStep(try operands(planned), rule, memory: memory)
    case .factor(let rule):
      return FactorStep(try operands(planned), rule, memory: memory)
    case .averagePool(let place, let range):
      return AveragePoolStep(place: place, range: range, input: source, output: target)
    case .maxPool(let place, let range):
      return MaxPoolStep(place: place, range: range, input: source, output: target)
    case .mean(let rule): return MeanStep(rule: rule, input: source, output: target)
    case .copy: return nil
    case .pad, .transpose: return gather(planned, source, target)
    case .unary(let rule):
      return LookupStep(
        table: UnsafePointer(memory.take(copying: rule.table)), input: source, output: target,
        count: tensor.elementCount)
    case .softmax(let rule):
      return SoftmaxStep(
        rule, count: tensor.elementCount, input: source, output: target, memory: memory)
    case .quantize, .dequantize: return nil
    }
  }

  private func operands(_ planned: PlannedOperator) throws(DeploymentError) -> PairOperands {
    let (first, second) = (model.tensors[planned.inputs[0]], model.tensors[planned.inputs[1]])
    return PairOperands(
      first: UnsafePointer(try bytes(of: planned.inputs[0])),
      second: UnsafePointer(try bytes(of: planned.inputs[1])),
      output: try bytes(of: planned.output), count: first.elementCount,
      period: second.elementCount, secondIsConstant: second.isConstant)
  }

  private func gather(
    _ planned: PlannedOperator, _ source: UnsafePointer<UInt8>,
    _ target: UnsafeMutablePointer<UInt8>
  ) -> GatherStep {
    let (from, to) = (model.tensors[planned.inputs[0]].shape, model.tensors[planned.output].shape)
    let (sources, filling) = planned.rule.gatheredPlaces(from: from, to: to)
    return GatherStep(
      sources: UnsafePointer(memory.take(copying: sources)), count: sources.count,
      inputCount: from.reduce(1, *), filling: filling, input: source, output: target)
  }
}
