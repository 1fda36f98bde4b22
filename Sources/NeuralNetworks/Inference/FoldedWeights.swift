import TensorKernels

/// The weights of a network's inference: a norm behind a head is part of the head's weights and bias.
struct FoldedWeights {
  let arena: FloatArena
  /// The values of every head that has some.
  let tensors: [Int: FoldedTensors]

  /// - Parameter form: Whether weights are as the network has them, or as a plan's steps read them.
  init(
    _ network: Network, groups: [FusedGroup], parameters: UnsafePointer<Float>,
    statistics: UnsafePointer<Float>, form: Form = .plain
  ) {
    let places = groups.map(network.place)
    let layout = FoldedLayout(network, places, form: form)
    arena = FloatArena(count: layout.floats)
    tensors = layout.tensors(on: arena.base)
    let trained = TrainedValues(
      layout: ParameterLayout(network), parameters: parameters, statistics: statistics)
    // Where a head's weights are folded before they are arranged; one head's after the other's.
    let room = FloatArena(count: layout.arrangedFloats)
    for place in places {
      guard let folded = tensors[place.node] else { continue }
      let family = network.nodes[place.node].layer.family
      guard let arrangement = form.arrangement(network, place) else {
        family.fold(trained, place, into: folded)
        continue
      }
      var values = folded.values
      values[.weight] = room.base
      family.fold(trained, place, into: FoldedTensors(values: values))
      arrangement.write(room.base, folded[.weight])
    }
  }

  enum Form {
    /// In the shapes of `ParameterLayout`.
    case plain
    /// Where a head's step reads other weights than the plain ones, those instead.
    case arranged

    /// Returns how the head's weights differ from the plain ones, if they do.
    fileprivate func arrangement(_ network: Network, _ place: GroupPlace) -> WeightArrangement? {
      self == .plain ? nil : network.weightArrangement(place)
    }
  }

  /// Floats of all values in a form, without making them.
  static func floats(_ network: Network, groups: [FusedGroup], form: Form) -> Int {
    FoldedLayout(network, groups.map(network.place), form: form).floats
  }
}

/// Where each head's values lie.
private struct FoldedLayout {
  /// The floats of each role that a head has, by node, in order.
  private var heads: [(node: Int, tensors: [(role: ParameterLayout.Role, count: Int)])] = []
  /// Floats of all heads' values.
  private(set) var floats = 0
  /// Floats of the largest plain weights that are arranged otherwise.
  private(set) var arrangedFloats = 0

  init(_ network: Network, _ places: [GroupPlace], form: FoldedWeights.Form) {
    for place in places {
      var tensors = network.nodes[place.node].layer.family.inferenceTensors(place)
      guard !tensors.isEmpty else { continue }
      if let arrangement = form.arrangement(network, place) {
        for (index, tensor) in tensors.enumerated() where tensor.role == .weight {
          arrangedFloats = max(arrangedFloats, tensor.count + readMargin)
          tensors[index].count = arrangement.floats
        }
      }
      heads.append((place.node, tensors))
    }
    var cursor = MemoryCursor()
    _ = place(&cursor)
    floats = cursor.floats
  }

  func tensors(on memory: UnsafeMutablePointer<Float>) -> [Int: FoldedTensors] {
    var cursor = MemoryCursor(memory)
    return place(&cursor)
  }

  private func place(_ cursor: inout MemoryCursor) -> [Int: FoldedTensors] {
    var placed: [Int: FoldedTensors] = [:]
    for head in heads {
      var values: [ParameterLayout.Role: UnsafeMutablePointer<Float>] = [:]
      for (role, count) in head.tensors { values[role] = cursor.take(count) }
      placed[head.node] = FoldedTensors(values: values)
    }
    return placed
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
