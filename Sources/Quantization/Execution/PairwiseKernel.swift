import DeployedModels

/// A sum or product of two tensors, the second of which may be a constant or one value a channel.
struct PairwiseKernel: OperatorKernel {
  enum Operation: Hashable, Sendable { case add, multiply }

  let operation: Operation
  let first: Int
  let second: Int
  let output: Int
  /// Values of one image.
  let count: Int
  /// Values of the second operand, which repeat.
  let period: Int
  /// From one image's second operand to the next one's: 0 for a constant.
  let secondStep: Int

  init(_ step: DeployedOperator, _ operation: Operation, in model: DeployedModel) {
    self.operation = operation
    output = step.output
    var (first, second) = (step.inputs[0], step.inputs[1])
    let (one, other) = (model.tensors[first], model.tensors[second])
    if one.isConstant || one.elementCount < other.elementCount { swap(&first, &second) }
    (self.first, self.second) = (first, second)
    count = model.tensors[first].elementCount
    period = model.tensors[second].elementCount
    secondStep = model.tensors[second].isConstant ? 0 : period
  }

  func forward(_ slice: ExecutionSlice, images: Int) {
    let (one, other) = (slice.values[first], slice.values[second])
    let (target, period) = (slice.raw[output], period)
    for image in 0..<images {
      let operand = other + image * secondStep
      for start in Swift.stride(from: image * count, to: (image + 1) * count, by: period) {
        let (from, to) = (one + start, target + start)
        switch operation {
        case .add: for place in 0..<period { to[place] = from[place] + operand[place] }
        case .multiply: for place in 0..<period { to[place] = from[place] * operand[place] }
        }
      }
    }
  }

  func backward(_ slice: ExecutionSlice, images: Int) {
    let (one, other) = (slice.values[first], slice.values[second])
    let (gradient, period) = (slice.gradients[output]!, period)
    for image in 0..<images {
      let operand = other + image * secondStep
      for start in Swift.stride(from: image * count, to: (image + 1) * count, by: period) {
        let own = gradient + start
        if let target = slice.gradients[first] {
          let to = target + start
          switch operation {
          case .add: for place in 0..<period { to[place] += own[place] }
          case .multiply: for place in 0..<period { to[place] += own[place] * operand[place] }
          }
        }
        if let target = slice.gradients[second] {
          let (to, from) = (target + image * secondStep, one + start)
          switch operation {
          case .add: for place in 0..<period { to[place] += own[place] }
          case .multiply: for place in 0..<period { to[place] += own[place] * from[place] }
          }
        }
      }
    }
  }
}
