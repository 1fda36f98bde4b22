import TensorKernels
import Testing

@testable import NeuralNetworks

@Suite("branches of a network that is trained")
struct BranchedPeerTests {
  /// Labels that count in another way than the network's own: branches must part from it.
  private static let other = LogitLoss(
    LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0.4))

  private func branched(_ losses: [any TrainingLoss], steps: Range<Int>) throws -> BranchedPeer {
    BranchedPeer(try losses.map { try PeerCase.learning($0) }, steps: steps)
  }

  private func values(_ state: [String: UnsafeMutableBufferPointer<Float>]) -> [String: [Float]] {
    state.mapValues { Array($0) }
  }

  /// The network's weights and running statistics and what its optimiser keeps.
  private func state(_ trainer: Trainer) -> [String: [Float]] {
    values(trainer.plan.state.merging(trainer.state) { own, _ in own })
  }

  @Test("are the network itself, bit for bit, where they learn as it does", arguments: [0, 3])
  func alike(first: Int) throws {
    let alone = try PeerCase.trainer()
    let peer = try branched([PeerCase.labels, PeerCase.labels], steps: first..<7)
    let beside = try PeerCase.trainer(peers: [peer])
    PeerCase.run(alone, steps: 0..<10)
    PeerCase.run(beside, steps: 0..<10)
    #expect(state(alone) == state(beside))
  }

  @Test("leave it the mean of all of them: of weights, norm statistics and the optimiser's state")
  func mean() throws {
    let losses: [any TrainingLoss] = [
      Self.other, LogitLoss(LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0.8)),
    ]
    let peer = try branched(losses, steps: 2..<9)
    let branched = try PeerCase.trainer(peers: [peer])
    PeerCase.run(branched, steps: 0..<6)
    let (own, branches) = (state(branched), values(peer.state))
    let merged = try PeerCase.trainer(peers: [try self.branched(losses, steps: 2..<6)])
    PeerCase.run(merged, steps: 0..<6)
    for (name, result) in state(merged) {
      let parts = [own[name], branches["branch2.\(name)"], branches["branch3.\(name)"]]
      for i in result.indices {
        let mean = parts.reduce(0) { $0 + Double($1?[i] ?? .nan) } / 3
        #expect(abs(Double(result[i]) - mean) <= 1e-6 * max(1, abs(mean)), "\(name) \(i)")
      }
      #expect(parts[0] != parts[1] && parts[1] != parts[2], "\(name) is the same in all branches")
    }
    // What the training would give now.
    let plan = try PeerCase.plan()
    plan.parameters.update(from: branched.plan.parameters, count: plan.layout.parameterFloats)
    plan.statistics.update(from: branched.plan.statistics, count: plan.layout.statisticFloats)
    peer.merge(into: plan, afterSteps: 6)
    #expect(PeerCase.parameters(plan) == PeerCase.parameters(merged.plan))
    peer.merge(into: plan, afterSteps: 9)
    #expect(PeerCase.parameters(plan) == PeerCase.parameters(merged.plan))
  }

  @Test("begin where the network stands, and rest before and after")
  func rest() throws {
    let peer = try branched([Self.other], steps: 3..<5)
    let trainer = try PeerCase.trainer(peers: [peer])
    let start = values(peer.state)
    PeerCase.run(trainer, steps: 0..<2)
    #expect(values(peer.state) == start)
    PeerCase.run(trainer, steps: 2..<3)
    for (name, own) in state(trainer) {
      #expect(peer.state["branch2.\(name)"].map { Array($0) } == own)
    }
    PeerCase.run(trainer, steps: 3..<5)
    let end = values(peer.state)
    PeerCase.run(trainer, steps: 5..<8)
    #expect(values(peer.state) == end && end != start)
  }

  @Test("give the same bits with any number of threads, and from any of its states")
  func repeatable() throws {
    let straight = try PeerCase.trainer(peers: [try branched([Self.other], steps: 2..<6)])
    PeerCase.run(straight, steps: 0..<8)
    let many = try PeerCase.trainer(
      peers: [try branched([Self.other], steps: 2..<6)], threads: 3)
    PeerCase.run(many, steps: 0..<8)
    #expect(state(many) == state(straight))
    for stop in 1..<8 {
      let first = try PeerCase.trainer(peers: [try branched([Self.other], steps: 2..<6)])
      PeerCase.run(first, steps: 0..<stop)
      let second = try PeerCase.trainer(
        peers: [try branched([Self.other], steps: 2..<6)], seed: 21)
      for (name, place) in second.plan.state.merging(
        second.state, uniquingKeysWith: { own, _ in own })
      { _ = place.update(fromContentsOf: state(first)[name]!) }
      for (name, place) in second.peerState {
        _ = place.update(fromContentsOf: first.peerState[name]!)
      }
      PeerCase.run(second, steps: stop..<8)
      #expect(state(second) == state(straight), "taken up after \(stop) steps")
    }
  }

  @Test("leave alone what stands still of the network")
  func frozen() throws {
    let peer = try branched([Self.other, Self.other], steps: 1..<4)
    let trainer = try PeerCase.trainer(peers: [peer])
    let plan = trainer.plan
    trainer.resting = RestingValues(nodes: [1, 2], in: plan.layout)
    let before = state(trainer)
    PeerCase.run(trainer, steps: 0..<5)
    let after = state(trainer)
    for (tensors, name) in [
      (plan.layout.parameters, "parameters"), (plan.layout.statistics, "statistics"),
    ] {
      for tensor in tensors {
        let range = tensor.offset..<tensor.offset + tensor.count
        let isSame = before[name]?[range] == after[name]?[range]
        #expect(isSame == [1, 2].contains(tensor.node), "\(name) \(tensor.name)")
      }
    }
  }

  @Test("end a training whose loss they cannot compute")
  func diverged() throws {
    let broken = LogitLoss(LossWeights(distillation: 0, temperature: 1, labelSmoothing: .nan))
    let trainer = try PeerCase.trainer(peers: [try branched([broken], steps: 4..<6)])
    #expect(PeerCase.run(trainer, steps: 0..<8) == 4)
  }
}
