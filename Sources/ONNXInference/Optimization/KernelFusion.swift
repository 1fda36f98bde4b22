import TensorKernels

// What one kernel does at once.

extension ProgramEditor {
  /// Zeros around an image in an operator of their own are the convolution's.
  mutating func foldPadding(_ index: Int) {
    for _ in 0..<2 {
      guard case .convolution(var convolution) = instruction(index).operation,
        let (_, before) = onlyProducer(of: instruction(index).inputs[0]),
        case .blend(let taps, let axis) = before.operation, axis >= 2, taps.fill == 0,
        taps.weights.allSatisfy({ $0 == 1 })
      else { return }
      let size = shape(before.inputs[0])[axis]
      // All places in order, with none on both sides.
      guard taps.places == Array(0..<size) else { return }
      let filled = (0..<taps.count).filter { taps.starts[$0 + 1] > taps.starts[$0] }
      guard filled.count == size, let first = filled.first, filled.last == first + size - 1 else {
        return
      }
      if axis == 2 {
        convolution.window.top += first
        convolution.window.height = size
      } else {
        convolution.window.left += first
        convolution.window.width = size
      }
      var inputs = instruction(index).inputs
      inputs[0] = before.inputs[0]
      rewrite(index, .convolution(convolution), inputs)
    }
  }

  /// softmax(q·k (+ addend))·v
  mutating func recognizeAttention(_ index: Int) {
    let second = instruction(index)
    guard case .product(let outer) = second.operation, outer.scale == 1, !outer.hasBias,
      !outer.hasAddend, outer.then == nil, constant(second.inputs[1]) == nil,
      let (_, softmax) = onlyProducer(of: second.inputs[0]),
      case .softmax(isLogarithm: false) = softmax.operation,
      var (_, scores) = onlyProducer(of: softmax.inputs[0])
    else { return }
    var addend: Int?
    if case .combine(.add, nil) = scores.operation {
      let candidates = [(scores.inputs[0], scores.inputs[1]), (scores.inputs[1], scores.inputs[0])]
      let output = scores.output
      guard
        let (score, other) = candidates.first(where: {
          shape($0.0) == shape(output) && onlyProducer(of: $0.0).map { isScore($0.1) } == true
        }), let (_, product) = onlyProducer(of: score)
      else { return }
      (addend, scores) = (other, product)
    }
    guard isScore(scores), case .product(let inner) = scores.operation else { return }
    rewrite(
      index, .attention(Attention(scale: inner.scale, hasAddend: addend != nil)),
      [scores.inputs[0], scores.inputs[1], second.inputs[1]] + (addend.map { [$0] } ?? []))
  }

  private func isScore(_ instruction: Instruction) -> Bool {
    guard case .product(let product) = instruction.operation else { return false }
    return !product.hasBias && !product.hasAddend && product.then == nil
      && constant(instruction.inputs[0]) == nil && constant(instruction.inputs[1]) == nil
  }

  /// Sums with what is there already, and activations, are done while a product's rows are in cache.
  mutating func fuseFinish(_ index: Int) {
    let instruction = instruction(index)
    switch instruction.operation {
    case .combine(.add, nil): fuseSum(index)
    case .pointwise(let function):
      guard let (place, before) = onlyProducer(of: instruction.inputs[0]) else { return }
      switch before.operation {
      case .convolution(var convolution) where convolution.then == nil:
        convolution.then = function
        rewrite(place, .convolution(convolution), before.inputs)
      case .product(var product) where product.then == nil:
        product.then = function
        rewrite(place, .product(product), before.inputs)
      case .combine(let combination, nil):
        rewrite(place, .combine(combination, then: function), before.inputs)
      default: return
      }
      replace(index, by: place)
    default: return
    }
  }

  private mutating func fuseSum(_ index: Int) {
    let instruction = instruction(index)
    let output = shape(instruction.output)
    // The later one of the two can add the other.
    let places = instruction.inputs.map { producers[$0] ?? -1 }
    let candidates = places[0] > places[1] ? [0, 1] : [1, 0]
    guard let operand = candidates.first, shape(instruction.inputs[0]) == output,
      shape(instruction.inputs[1]) == output, instruction.inputs[0] != instruction.inputs[1],
      let (place, before) = onlyProducer(of: instruction.inputs[operand])
    else { return }
    let addend = instruction.inputs[1 - operand]
    switch before.operation {
    case .convolution(var convolution) where convolution.then == nil && !convolution.hasAddend:
      convolution.hasAddend = true
      rewrite(place, .convolution(convolution), before.inputs + [addend])
    case .product(var product) where product.then == nil && !product.hasAddend:
      product.hasAddend = true
      rewrite(place, .product(product), before.inputs + [addend])
    default: return
    }
    replace(index, by: place)
  }
}
