import NeuralNetworks
import RandomStreams

/// A network with values that no layer leaves without effect.
package struct RandomModel {
  package let network: Network
  package let parameters: [Float]
  package let statistics: [Float]

  package init(_ network: Network, seed: UInt64) {
    self.network = network
    let layout = ParameterLayout(network)
    var stream = RandomStream(seed: seed, purpose: "model")
    var parameters = [Float](repeating: 0, count: layout.parameterFloats)
    var statistics = [Float](repeating: 0, count: layout.statisticFloats)
    parameters.withUnsafeMutableBufferPointer {
      layout.initialize($0.baseAddress!, seed: seed)
    }
    for tensor in layout.parameters {
      for place in tensor.offset..<tensor.offset + tensor.count {
        switch tensor.role {
        case .scale: parameters[place] = Float(0.5 + stream.uniform())
        case .shift, .bias, .squeezeBias, .exciteBias:
          parameters[place] = Float(0.5 * stream.normal())
        default: break
        }
      }
    }
    for tensor in layout.statistics {
      for place in tensor.offset..<tensor.offset + tensor.count {
        statistics[place] =
          tensor.role == .runningMean
          ? Float(0.3 * stream.normal()) : Float(0.5 + stream.uniform())
      }
    }
    (self.parameters, self.statistics) = (parameters, statistics)
  }

  /// Returns the logits of an image `[H, W, C]`.
  package func logits(of image: [Float]) -> [Float] {
    let plan = parameters.withUnsafeBufferPointer { parameters in
      (statistics + [0]).withUnsafeBufferPointer { statistics in
        FloatInferencePlan(
          network, parameters: parameters.baseAddress!, statistics: statistics.baseAddress!)
      }
    }
    plan.input.update(from: image, count: image.count)
    plan.run(images: 1)
    return Array(
      UnsafeBufferPointer(start: plan.logits, count: network.outputShape.channels))
  }

  /// Returns a random image `[H, W, C]`.
  package func image(seed: UInt64) -> [Float] {
    var stream = RandomStream(seed: seed, purpose: "image")
    return (0..<network.inputShape.elementCount).map { _ in Float(stream.normal()) }
  }
}
