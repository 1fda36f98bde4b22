import TensorKernels

extension Trainer {
  /// Everything that a training moves besides the plan's own state, by name, for checkpoints.
  var state: [String: UnsafeMutableBufferPointer<Float>] {
    var state = ["optimizer": optimizer.state]
    if let connectorOptimizer {
      state["connectors"] = UnsafeMutableBufferPointer(
        start: connectors, count: loss.connectorFloats)
      state["connector_optimizer"] = connectorOptimizer.state
    }
    return state
  }

  /// What a training moves of the peers, by name: `peer1.parameters`, …
  public var peerState: [String: UnsafeMutableBufferPointer<Float>] {
    var all: [String: UnsafeMutableBufferPointer<Float>] = [:]
    for (place, peer) in peers.enumerated() {
      for (name, values) in peer.state { all["peer\(place + 1).\(name)"] = values }
    }
    return all
  }
}
