extension Network {
  /// The units of training in the order in which they run.
  ///
  /// - Parameters:
  ///   - streaming: Whether to form chains; without them every group is a unit of its own.
  ///   - kept: Nodes that a loss reads: each is the output of its unit.
  func trainingUnits(streaming: Bool, keeping kept: Set<Int> = []) -> [TrainingUnit] {
    let groups = fusedGroups(keeping: kept)
    var units: [TrainingUnit] = []
    var position = 0
    while position < groups.count {
      if streaming, let (unit, length) = chain(of: groups[position...], keeping: kept) {
        units.append(unit)
        position += length
      } else {
        let group = groups[position]
        units.append(TrainingUnit(group: group, inputs: nodes[group.head].inputs))
        position += 1
      }
    }
    return units
  }

  /// Floats of one image's tensors that a batch norm holds back until it has seen the whole batch.
  ///
  /// Training writes and reads at least these: nothing behind the norm can be computed before. Norms
  /// whose statistics follow from the input of the layer before them (LinearNorm.swift) hold nothing back.
  public var floatsHeldBackByNorms: Int {
    trainingUnits(streaming: true).reduce(0) { sum, unit in
      var floats = unit.group.norm == nil ? 0 : nodes[unit.group.head].shape.elementCount
      if case .bottleneck(_, let depthwise) = unit.chain {
        floats += nodes[depthwise.convolution].shape.elementCount
      }
      return sum + floats
    }
  }

  /// Returns the chain that begins `groups`, and of how many groups it consists.
  private func chain(
    of groups: ArraySlice<FusedGroup>, keeping kept: Set<Int>
  ) -> (TrainingUnit, length: Int)? {
    var rest = groups
    let expansion = expansion(rest.first!)
    let first = rest.first!.head
    var entrance: Int? = nil
    if expansion != nil { entrance = rest.removeFirst().output }
    func follows(_ group: FusedGroup, _ node: Int?) -> Bool {
      guard let node else { return true }
      return !kept.contains(node) && isOnlyReader(group, of: node)
    }
    guard let next = rest.first, follows(next, entrance) else { return nil }
    if let expansion, case .globalAveragePool = nodes[next.head].layer {
      return (unit(next, .pooledExpansion(expansion), from: first), 2)
    }
    guard case .depthwiseConvolution = nodes[next.head].layer, let norm = next.norm,
      next.add == nil
    else { return nil }
    rest.removeFirst()
    var output = next.output
    var squeeze: Int? = nil
    if let group = rest.first, case .squeezeExcitation = nodes[group.head].layer,
      follows(group, output)
    {
      squeeze = group.head
      output = group.output
      rest.removeFirst()
    }
    guard let projection = rest.first, follows(projection, output), projection.norm != nil,
      isPlainPointwise(projection.head)
    else { return nil }
    let depthwise = TrainingUnit.Depthwise(
      convolution: next.head, norm: norm, activation: activation(of: next), squeeze: squeeze)
    let length = rest.startIndex - groups.startIndex + 1
    return (unit(projection, .bottleneck(expansion: expansion, depthwise), from: first), length)
  }

  private func unit(
    _ group: FusedGroup, _ chain: TrainingUnit.Chain, from first: Int
  ) -> TrainingUnit {
    TrainingUnit(group: group, chain: chain, inputs: nodes[first].inputs)
  }

  private func expansion(_ group: FusedGroup) -> TrainingUnit.Expansion? {
    guard isPlainPointwise(group.head), let norm = group.norm, group.add == nil else { return nil }
    return TrainingUnit.Expansion(
      convolution: group.head, norm: norm, activation: activation(of: group))
  }

  private func isPlainPointwise(_ node: Int) -> Bool {
    if case .convolution(WindowSize(side: 1), 1, _, false, _) = nodes[node].layer { return true }
    return false
  }

  /// Whether the head of `group` reads the output of `node`, and nothing else in the graph does.
  private func isOnlyReader(_ group: FusedGroup, of node: Int) -> Bool {
    nodes[group.head].inputs == [node] && consumerCounts[node] == 1 && group.addend != node
  }
}
