import TensorKernels

// Activations that exporters write in several operators.

extension ProgramEditor {
  mutating func recognizeActivation(_ index: Int) {
    if recognizeHardSigmoid(index) { return }
    recognizeGatedUnit(index)
  }

  private func isNear(_ a: Float, _ b: Float) -> Bool { abs(a - b) <= 1e-4 * abs(b) }

  /// Returns the pointwise function that gives a value, and what it is given.
  private func pointwise(_ value: Int) -> (function: PointwiseOperation, input: Int)? {
    guard let (_, instruction) = producer(of: value),
      case .pointwise(let function) = instruction.operation
    else { return nil }
    return (function, instruction.inputs[0])
  }

  /// clip(a·x + b, 0, 1), and clip(x + 3, 0, 6) / 6.
  private mutating func recognizeHardSigmoid(_ index: Int) -> Bool {
    guard case .pointwise(let outer) = instruction(index).operation else { return false }
    let input = instruction(index).inputs[0]
    switch outer {
    case .clip(lowest: 0, highest: 1):
      guard readers[input] == 1, case (.affine(let scale, let shift), let x)? = pointwise(input)
      else { return false }
      rewrite(index, .pointwise(.hardSigmoid(alpha: scale, beta: shift)), [x])
      return true
    case .affine(let scale, 0) where isNear(scale, 1 / 6):
      guard readers[input] == 1, case (.clip(lowest: 0, highest: 6), let sum)? = pointwise(input),
        readers[sum] == 1, case (.affine(1, 3), let x)? = pointwise(sum)
      else { return false }
      rewrite(index, .pointwise(.hardSigmoid(alpha: 1 / 6, beta: 0.5)), [x])
      return true
    default: return false
    }
  }

  /// x times a function of x: swish, hard swish and the two Gaussian units.
  private mutating func recognizeGatedUnit(_ index: Int) {
    var (factors, scale) = ([Int](), Float(1))
    switch instruction(index).operation {
    case .combine(.multiply, nil), .pointwise(.affine(_, 0)):
      collectFactors(of: index, depth: 0, into: &factors, scale: &scale)
    default: return
    }
    guard factors.count == 2 else { return }
    for (x, gate) in [(factors[0], factors[1]), (factors[1], factors[0])] {
      guard let function = unit(of: x, gate: gate, scale: scale) else { continue }
      rewrite(index, .pointwise(function), [x])
      return
    }
  }

  /// Takes apart products of products that nothing else reads, as deep as forms of activations go.
  private func collectFactors(
    of index: Int, depth: Int, into factors: inout [Int], scale: inout Float
  ) {
    let instruction = instruction(index)
    if case .pointwise(.affine(let factor, _)) = instruction.operation { scale *= factor }
    for input in instruction.inputs {
      if depth < 4, factors.count <= 2, let (place, inner) = onlyProducer(of: input) {
        switch inner.operation {
        case .combine(.multiply, nil), .pointwise(.affine(_, 0)):
          collectFactors(of: place, depth: depth + 1, into: &factors, scale: &scale)
          continue
        default: break
        }
      }
      factors.append(input)
    }
  }

  private func unit(of x: Int, gate: Int, scale: Float) -> PointwiseOperation? {
    guard let (function, input) = pointwise(gate) else { return nil }
    switch function {
    case .sigmoid where input == x && scale == 1: return .swish
    case .hardSigmoid(let alpha, let beta)
    where input == x && scale == 1 && isNear(alpha, 1 / 6) && isNear(beta, 0.5):
      return .hardSwish
    case .clip(lowest: 0, highest: 6) where isNear(scale, 1 / 6):
      guard case (.affine(1, 3), x)? = pointwise(input) else { return nil }
      return .hardSwish
    case .affine(let a, let b) where isNear(a * scale, 0.5) && isNear(b * scale, 0.5):
      guard let (inner, argument) = pointwise(input) else { return nil }
      if inner == .erf, case (.affine(let factor, 0), x)? = pointwise(argument),
        isNear(factor, 0.707_106_78)
      {
        return .gelu
      }
      return inner == .tanh && isTanhArgument(argument, of: x) ? .tanhGELU : nil
    default: return nil
    }
  }

  /// Whether a value is √(2/π)·(x + 0.044715·x³).
  private func isTanhArgument(_ value: Int, of x: Int) -> Bool {
    guard case (.affine(let outer, 0), let sum)? = pointwise(value), isNear(outer, 0.797_884_56),
      let (_, add) = producer(of: sum), case .combine(.add, nil) = add.operation
    else { return false }
    for (plain, cubed) in [(add.inputs[0], add.inputs[1]), (add.inputs[1], add.inputs[0])] {
      guard plain == x, case (.affine(let factor, 0), let power)? = pointwise(cubed),
        isNear(factor, 0.044_715), let (_, cube) = producer(of: power),
        case .combine(let function, nil) = cube.operation
      else { continue }
      if function == .power { return cube.inputs[0] == x && constant(cube.inputs[1])?.scalar == 3 }
      guard function == .multiply else { continue }
      for (square, other) in [(cube.inputs[0], cube.inputs[1]), (cube.inputs[1], cube.inputs[0])] {
        if other == x, let (_, inner) = producer(of: square),
          case .combine(.multiply, nil) = inner.operation, inner.inputs == [x, x]
        {
          return true
        }
      }
    }
    return false
  }

  /// (x − mean) / √(mean of squares + ε) over the last dimension, as it was written before LayerNormalization
  /// was an operator.
  mutating func recognizeNorm(_ index: Int) {
    guard case .combine(.divide, nil) = instruction(index).operation else { return }
    let (centered, deviation) = (instruction(index).inputs[0], instruction(index).inputs[1])
    let last = shape(centered).count - 1
    func meanOfLast(_ value: Int) -> (input: Int, shift: Float)? {
      guard case (.affine(let scale, let shift), let sum)? = pointwise(value),
        let (_, reduction) = producer(of: sum), case .reduce(.sum, [last]) = reduction.operation,
        isNear(scale, 1 / Float(shape(centered)[last]))
      else { return nil }
      return (reduction.inputs[0], shift)
    }
    guard last >= 0, case (.sqrt, let variance)? = pointwise(deviation),
      let (squares, epsilon) = meanOfLast(variance), let (_, square) = producer(of: squares),
      case .combine(.multiply, nil) = square.operation, square.inputs == [centered, centered],
      let (_, difference) = producer(of: centered),
      case .combine(.subtract, nil) = difference.operation,
      case (let x, 0)? = meanOfLast(difference.inputs[1]), difference.inputs[0] == x
    else { return }
    rewrite(
      index, .normalize(dimensions: 1, epsilon: epsilon, hasGamma: false, hasBeta: false), [x])
  }
}
