import NeuralNetworks

// Hard-sigmoid and hard-swish are one pass in runtimes, but exporters spell them by additions, clamps and products:
// x · relu6(x + 3) / 6 in any order. What the layers compute together is compared, not how they are written.

extension ForeignSimplification {
  /// A layer that does something to each value, or a product: if what it gives is a hard sigmoid or a hard-swish of
  /// something before it, it becomes that.
  mutating func becomeHardGate(_ index: Int) {
    if graph.layers[index].operation == .multiply {
      becomeHardSwish(index, of: index)
    } else if graph.layers[index].elementFunction != nil {
      let source = graph.layers[index].inputs[0]
      if graph.layers[source].operation == .multiply, readerCounts[source] == 1, !isGone[source] {
        becomeHardSwish(index, of: source)
      } else if graph.layers[index].operation != .gate(isHard: true) {
        becomeHardSigmoid(index)
      }
    }
  }

  /// A value on the way back from a layer, and how the layer's value comes from it.
  private struct Step {
    let layer: Int
    let function: (Float) -> Float
    /// The layers between, which serve nothing else.
    let between: [Int]
  }

  /// The longest spelling has a shift, a scale and two clamps.
  private static let longestChain = 6

  /// Walks back from a layer's value as long as each layer is a function of one before it.
  private func steps(backFrom start: Int) -> [Step] {
    var steps = [Step(layer: start, function: { $0 }, between: [])]
    while steps.count <= ForeignSimplification.longestChain, let last = steps.last,
      let function = graph.layers[last.layer].elementFunction, !isGone[last.layer],
      readerCounts[last.layer] == 1
    {
      steps.append(
        Step(
          layer: graph.layers[last.layer].inputs[0], function: { last.function(function($0)) },
          between: last.between + [last.layer]))
    }
    return steps
  }

  private mutating func becomeHardSigmoid(_ index: Int) {
    guard let function = graph.layers[index].elementFunction else { return }
    for step in steps(backFrom: graph.layers[index].inputs[0])
    where ScalarFunction.areSame({ function(step.function($0)) }, ScalarFunction.hardSigmoid) {
      replace(index, by: .gate(isHard: true), of: step.layer, without: step.between)
      return
    }
  }

  /// - Parameters:
  ///   - index: The product, or a function of it.
  ///   - product: The product.
  private mutating func becomeHardSwish(_ index: Int, of product: Int) {
    let inputs = graph.layers[product].inputs
    guard inputs.count == 2 else { return }
    let outer: (Float) -> Float =
      index == product ? { $0 } : graph.layers[index].elementFunction ?? { $0 }
    for first in steps(backFrom: inputs[0]) {
      for second in steps(backFrom: inputs[1]) where second.layer == first.layer {
        guard
          ScalarFunction.areSame(
            { outer(first.function($0) * second.function($0)) }, ScalarFunction.hardSwish)
        else { continue }
        let between = first.between + second.between + (index == product ? [] : [product])
        replace(index, by: .activation(.hardSwish), of: first.layer, without: between)
        return
      }
    }
  }

  private mutating func replace(
    _ index: Int, by operation: ForeignLayer.Operation, of source: Int, without between: [Int]
  ) {
    let reads = (between + [index]).reduce(0) { sum, layer in
      sum + graph.layers[layer].inputs.count { $0 == source }
    }
    readerCounts[source] += 1 - reads
    graph.layers[index].operation = operation
    graph.layers[index].scalar = nil
    graph.layers[index].inputs = [source]
    graph.layers[index].inputShape = graph.layers[index].shape
    for layer in between { isGone[layer] = true }
  }
}
