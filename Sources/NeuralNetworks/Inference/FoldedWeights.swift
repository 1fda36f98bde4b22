import TensorKernels

/// The weights of an inference plan: a norm behind a head is part of the head's weights and bias.
struct FoldedWeights {
  let arena: FloatArena
  /// The values of every head that has some.
  let tensors: [Int: FoldedTensors]

  init(
    _ network: Network, groups: [FusedGroup], parameters: UnsafePointer<Float>,
    statistics: UnsafePointer<Float>
  ) {
    let places = groups.map(network.place)
    func layOut(_ cursor: inout MemoryCursor) -> [Int: FoldedTensors] {
      var tensors: [Int: FoldedTensors] = [:]
      for place in places {
        let wanted = network.nodes[place.node].layer.family.inferenceTensors(place)
        guard !wanted.isEmpty else { continue }
        var values: [ParameterLayout.Role: UnsafeMutablePointer<Float>] = [:]
        for (role, count) in wanted { values[role] = cursor.take(count) }
        tensors[place.node] = FoldedTensors(values: values)
      }
      return tensors
    }
    var counting = MemoryCursor()
    _ = layOut(&counting)
    arena = FloatArena(count: counting.floats)
    var cursor = MemoryCursor(arena.base)
    tensors = layOut(&cursor)
    let trained = TrainedValues(
      layout: ParameterLayout(network), parameters: parameters, statistics: statistics)
    for place in places {
      guard let folded = tensors[place.node] else { continue }
      network.nodes[place.node].layer.family.fold(trained, place, into: folded)
    }
  }
}

/// The values of one head as inference reads them. A family may lay out something else under a role than what
/// is trained: a batch norm on its own has its prepared buffers under `scale`.
struct FoldedTensors {
  let values: [ParameterLayout.Role: UnsafeMutablePointer<Float>]

  /// The values that the head's family laid out under `role`.
  subscript(role: ParameterLayout.Role) -> UnsafeMutablePointer<Float> {
    guard let pointer = values[role] else {
      preconditionFailure("inference has no \(role.rawValue) here")
    }
    return pointer
  }
}

/// A network's trained values, by node and role.
struct TrainedValues {
  let layout: ParameterLayout
  /// `[layout.parameterFloats]`
  let parameters: UnsafePointer<Float>
  /// `[layout.statisticFloats]`
  let statistics: UnsafePointer<Float>

  subscript(role: ParameterLayout.Role, node: Int) -> UnsafePointer<Float> {
    let tensor = layout.tensor(role, of: node)
    return (tensor.isStatistic ? statistics : parameters) + tensor.offset
  }

  func copy(
    _ role: ParameterLayout.Role, of node: Int, to target: UnsafeMutablePointer<Float>
  ) {
    target.update(from: self[role, node], count: layout.tensor(role, of: node).count)
  }
}
