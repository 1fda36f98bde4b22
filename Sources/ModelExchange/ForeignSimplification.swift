import NeuralNetworks

/// Puts layers together that runtimes, and our own networks, have as one.
struct ForeignSimplification {
  var graph: ForeignGraph
  var readerCounts: [Int]
  /// For each layer, the one that gives its output now: itself, or what took it in.
  private var owner: [Int]
  var isGone: [Bool]

  init(_ graph: ForeignGraph) {
    self.graph = graph
    readerCounts = graph.readerCounts
    owner = Array(graph.layers.indices)
    isGone = graph.layers.map { _ in false }
  }

  mutating func run() {
    for index in graph.layers.indices {
      graph.layers[index].inputs = graph.layers[index].inputs.map { owner[$0] }
      becomeHardGate(index)
      switch graph.layers[index].operation {
      case .bias: absorbBias(index)
      case .multiply: if !becomesSqueezeExcitation(index) { becomeSwish(index) }
      default: break
      }
    }
  }

  /// The graph without the layers that are gone.
  var result: ForeignGraph {
    var places = [Int](repeating: -1, count: graph.layers.count)
    var kept: [ForeignLayer] = []
    for (index, layer) in graph.layers.enumerated() where !isGone[index] {
      places[index] = kept.count
      kept.append(layer)
      kept[kept.count - 1].inputs = layer.inputs.map { places[owner[$0]] }
    }
    return ForeignGraph(layers: kept)
  }

  /// A bias right behind a convolution or dense layer that has none is that layer's.
  private mutating func absorbBias(_ index: Int) {
    let head = graph.layers[index].inputs[0]
    let (bias, layer) = (graph.layers[index], graph.layers[head])
    guard layer.fusionRole == .head, !layer.hasBias, readerCounts[head] == 1 else { return }
    graph.layers[head].hasBias = true
    graph.layers[head].weights += bias.weights
    graph.layers[head].parameters += bias.parameters
    owner[index] = head
    readerCounts[head] = readerCounts[index]
    isGone[index] = true
  }

  /// x · gate(dense(activation(dense(mean of x)))) is one kernel; pointwise convolutions count as dense.
  private mutating func becomesSqueezeExcitation(_ index: Int) -> Bool {
    let inputs = graph.layers[index].inputs
    guard inputs.count == 2 else { return false }
    for (source, gate) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard let gateway = chain(from: gate, endingAt: source) else { continue }
      var layer = graph.layers[index]
      layer.operation = .squeezeExcitation
      layer.inputs = [source]
      layer.inputShape = graph.layers[source].shape
      layer.shape = layer.inputShape
      for part in gateway {
        layer.macs += graph.layers[part].macs
        layer.weights += graph.layers[part].weights
        layer.parameters += graph.layers[part].parameters
        isGone[part] = true
      }
      graph.layers[index] = layer
      return true
    }
    return false
  }

  /// Returns the layers from a gate back to the mean of `source`, if they are those of
  /// squeeze-and-excitation and serve nothing else.
  private func chain(from gate: Int, endingAt source: Int) -> [Int]? {
    var parts: [Int] = []
    var current = gate
    func isOneVector(_ layer: ForeignLayer) -> Bool { layer.shape.positionCount == 1 }
    let steps: [(ForeignLayer) -> Bool] = [
      { if case .gate = $0.operation { isOneVector($0) } else { false } },
      { $0.fusionRole == .head && isOneVector($0) },
      {
        $0.fusionRole == .activation || $0.operation == .gelu
          || $0.operation == .pass(readsSecondTensor: false)
      },
      { $0.fusionRole == .head && isOneVector($0) },
      { $0.operation == .globalPooling },
    ]
    for step in steps {
      let layer = graph.layers[current]
      guard step(layer), readerCounts[current] == 1, !isGone[current] else { return nil }
      parts.append(current)
      current = layer.inputs[0]
    }
    return current == source ? parts : nil
  }

  /// x · gate(x) is one pass; where the gate is a hard sigmoid, it has become an activation before.
  private mutating func becomeSwish(_ index: Int) {
    let inputs = graph.layers[index].inputs
    guard inputs.count == 2 else { return }
    for (source, gate) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard case .gate = graph.layers[gate].operation,
        graph.layers[gate].inputs == [source], readerCounts[gate] == 1, !isGone[gate]
      else { continue }
      graph.layers[index].operation = .pass(readsSecondTensor: false)
      graph.layers[index].inputs = [source]
      isGone[gate] = true
      return
    }
  }
}
