import TensorKernels

/// The weights of an inference plan: a norm behind a head becomes part of the head's weights and bias.
///
///     γ·(w∗x − μ)/σ + β = (γ/σ·w)∗x + (β − γ·μ/σ)
struct FoldedWeights {
  /// Where a head's values lie, as offsets into the arena.
  struct Place {
    var weight = 0
    var bias: Int?
    /// Squeeze-and-excitation: the second dense layer's.
    var secondWeight = 0
    var secondBias = 0
  }

  let arena: FloatArena
  private(set) var places: [Int: Place] = [:]

  init(
    _ network: Network, groups: [FusedGroup], parameters: UnsafePointer<Float>,
    statistics: UnsafePointer<Float>
  ) {
    let layout = ParameterLayout(network)
    var floats = 0
    func take(_ count: Int) -> Int {
      defer { floats += (count + 15) / 16 * 16 + 32 }
      return floats
    }
    func count(_ role: ParameterLayout.Role, _ node: Int) -> Int {
      layout.tensor(role, of: node).count
    }
    for group in groups {
      let node = network.nodes[group.head]
      var place = Place()
      switch node.layer {
      case .convolution(_, _, _, let bias), .groupedConvolution(_, _, _, _, let bias):
        place.weight = take(count(.weight, group.head))
        if bias || group.norm != nil { place.bias = take(node.shape.channels) }
      case .depthwiseConvolution:
        place.weight = take(count(.weight, group.head))
        if group.norm != nil { place.bias = take(node.shape.channels) }
      case .dense:
        place.weight = take(count(.weight, group.head))
        place.bias = take(node.shape.channels)
      case .squeezeExcitation:
        place.weight = take(count(.squeezeWeight, group.head))
        place.bias = take(count(.squeezeBias, group.head))
        place.secondWeight = take(count(.exciteWeight, group.head))
        place.secondBias = take(count(.exciteBias, group.head))
      case .batchNorm:
        // A norm on its own: a factor and an addend for every channel, repeated over a period.
        let period = ChannelPeriod(channels: node.shape.channels)
        place.weight = take(NormBuffers.floats(period))
      default:
        continue
      }
      places[group.head] = place
    }
    arena = FloatArena(count: floats)
    for group in groups {
      guard let place = places[group.head] else { continue }
      fill(
        place, group, network: network, layout: layout, parameters: parameters,
        statistics: statistics)
    }
  }

  private func fill(
    _ place: Place, _ group: FusedGroup, network: Network, layout: ParameterLayout,
    parameters: UnsafePointer<Float>, statistics: UnsafePointer<Float>
  ) {
    let node = network.nodes[group.head]
    func values(_ role: ParameterLayout.Role, _ index: Int) -> UnsafePointer<Float> {
      let tensor = layout.tensor(role, of: index)
      let isStatistic = role == .runningMean || role == .runningVariance
      return (isStatistic ? statistics : parameters) + tensor.offset
    }
    func copy(_ role: ParameterLayout.Role, to offset: Int) {
      (arena.base + offset).update(
        from: values(role, group.head), count: layout.tensor(role, of: group.head).count)
    }
    switch node.layer {
    case .squeezeExcitation:
      copy(.squeezeWeight, to: place.weight)
      copy(.squeezeBias, to: place.bias!)
      copy(.exciteWeight, to: place.secondWeight)
      copy(.exciteBias, to: place.secondBias)
    case .batchNorm:
      let period = ChannelPeriod(channels: node.shape.channels)
      let buffers = NormBuffers(memory: arena.base + place.weight, period: period)
      prepareInferenceNorm(
        gamma: values(.scale, group.head), beta: values(.shift, group.head),
        mean: values(.runningMean, group.head), variance: values(.runningVariance, group.head),
        buffers: buffers)
    default:
      copy(.weight, to: place.weight)
      if layout.parameters.contains(where: { $0.node == group.head && $0.role == .bias }) {
        copy(.bias, to: place.bias!)
      }
      guard let norm = group.norm else { return }
      let channels = node.shape.channels
      let weight = arena.base + place.weight
      let bias = arena.base + place.bias!
      for c in 0..<channels {
        let deviation = (values(.runningVariance, norm)[c] + normEpsilon).squareRoot()
        let factor = values(.scale, norm)[c] / deviation
        bias[c] = values(.shift, norm)[c] + factor * (bias[c] - values(.runningMean, norm)[c])
        for row in 0..<layout.tensor(.weight, of: group.head).count / channels {
          weight[row * channels + c] *= factor
        }
      }
    }
  }
}
