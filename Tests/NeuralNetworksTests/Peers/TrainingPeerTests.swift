import RandomStreams
import Synchronization
import TensorKernels
import Testing

@testable import NeuralNetworks

/// Trainings of small networks on noise, next to peers.
enum PeerCase {
  static let image = TensorShape(height: 6, width: 6, channels: 2)
  static let batch = 9
  static let slices = 3
  static let labels = LogitLoss(
    LossWeights(distillation: 0, temperature: 1, labelSmoothing: 0))

  static func network(channels: Int = 5) throws -> Network {
    var builder = NetworkBuilder(input: image)
    try builder.appendUnit(kernel: 3, stride: 1, channels: channels, .relu)
    try builder.append(.globalAveragePool)
    try builder.append(.dense(channels: 3))
    return try builder.network()
  }

  static func plan(channels: Int = 5) throws -> TrainingPlan {
    TrainingPlan(network: try network(channels: channels), batch: batch, slices: slices)
  }

  static func optimizer(_ plan: TrainingPlan) -> Optimizer {
    Optimizer(
      rule: .sgd(momentum: 0.9, nesterov: true), weightDecay: 1e-4, clipNorm: 5,
      layout: plan.layout)
  }

  static func averaged(decay: Double = 0.7) throws -> AveragedPeer {
    AveragedPeer(try network(), batch: batch, slices: slices, decay: decay, seed: 8)
  }

  static func learning(
    _ loss: any TrainingLoss = labels, channels: Int = 5, seed: UInt64 = 9
  ) throws -> LearningPeer {
    let plan = try plan(channels: channels)
    return LearningPeer(plan: plan, optimizer: optimizer(plan), loss: loss, seed: seed)
  }

  static func trainer(
    _ loss: any TrainingLoss = labels, peers: [any TrainingPeer] = [], threads: Int = 1,
    seed: UInt64 = 7
  ) throws -> Trainer {
    let plan = try plan()
    plan.layout.initialize(plan.parameters, seed: seed)
    for peer in peers { peer.begin(next: plan) }
    return Trainer(
      plan: plan, optimizer: optimizer(plan), loss: loss, threads: threads, peers: peers)
  }

  static func fill(_ slice: TrainingSlice) {
    for (place, n) in slice.range.enumerated() {
      var stream = RandomStream(seed: 3, purpose: "peer images", slice.step, n)
      for i in 0..<image.elementCount {
        slice.images[place * image.elementCount + i] = Float(stream.normal())
      }
      slice.labels[place] = Int32(n % 3)
    }
  }

  @discardableResult
  static func run(
    _ trainer: Trainer, steps: Range<Int>, report: @escaping @Sendable () -> Void = {}
  ) -> Int? {
    trainer.run(steps: steps, rate: { _ in 0.05 }, fill: fill) { _ in
      report()
      return true
    }
  }

  static func parameters(_ plan: TrainingPlan) -> [Float] { Array(plan.state["parameters"]!) }
}

/// The mean of what the peers answer, squared: reads them, and depends on nothing else of them.
private struct FarFromPeers: TrainingLoss {
  var inputs: LossInputs { LossInputs(readsLogits: true) }
  var connectorFloats: Int { 0 }
  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {}
  func scratchFloats(images: Int, classes: Int) -> Int { 0 }

  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    var loss = 0.0
    for i in 0..<slice.count * slice.classes {
      var gradient: Float = 0
      for peer in slice.peerLogits {
        let difference = slice.logits.values[i] - peer[i]
        loss += 0.5 * Double(difference * difference)
        gradient += difference
      }
      slice.logits.gradient[i] = gradient / Float(slice.batch)
    }
    return (loss, 0)
  }
}

/// A loss that is no number.
private struct BrokenLoss: TrainingLoss {
  var inputs: LossInputs { LossInputs(readsLogits: true) }
  var connectorFloats: Int { 0 }
  func initialize(_ connectors: UnsafeMutablePointer<Float>, seed: UInt64) {}
  func scratchFloats(images: Int, classes: Int) -> Int { 0 }
  func evaluate(_ slice: LossSlice) -> (loss: Double, correct: Int) {
    slice.logits.gradient.update(repeating: 0, count: slice.count * slice.classes)
    return (.nan, 0)
  }
}

@Suite("networks that go through a training with another")
struct TrainingPeerTests {
  @Test("the running mean follows its formula, at first the mean of all values so far")
  func runningMean() throws {
    let peer = try PeerCase.averaged(decay: 0.7)
    let trainer = try PeerCase.trainer(peers: [peer])
    var expected = PeerCase.parameters(trainer.plan).map(Double.init)
    let start = try PeerCase.plan()
    peer.copy(to: start)
    #expect(PeerCase.parameters(start) == PeerCase.parameters(trainer.plan))
    let values = Mutex<[[Float]]>([])
    PeerCase.run(trainer, steps: 0..<6) {
      values.withLock { $0.append(PeerCase.parameters(trainer.plan)) }
    }
    for (index, latest) in values.withLock({ $0 }).enumerated() {
      let step = Double(index + 1)
      let decay = min(0.7, step / (step + 1))
      for i in expected.indices {
        expected[i] = decay * expected[i] + (1 - decay) * Double(latest[i])
      }
    }
    let mean = peer.state["parameters"]!
    #expect(mean.count == expected.count)
    for i in expected.indices { #expect(abs(Double(mean[i]) - expected[i]) < 1e-5) }
    #expect(Array(mean) != PeerCase.parameters(trainer.plan))
  }

  @Test("change nothing of a training whose loss does not ask them")
  func unasked() throws {
    let alone = try PeerCase.trainer()
    let beside = try PeerCase.trainer(
      peers: [try PeerCase.averaged(), try PeerCase.learning()])
    PeerCase.run(alone, steps: 0..<8)
    PeerCase.run(beside, steps: 0..<8)
    #expect(PeerCase.parameters(alone.plan) == PeerCase.parameters(beside.plan))
  }

  @Test("learn what they would learn in a training of their own if nobody asks the others")
  func ownTraining() throws {
    let peer = try PeerCase.learning(seed: 9)
    PeerCase.run(try PeerCase.trainer(peers: [peer]), steps: 0..<8)
    let alone = try PeerCase.trainer(seed: 9)
    PeerCase.run(alone, steps: 0..<8)
    #expect(Array(peer.state["parameters"]!) == PeerCase.parameters(alone.plan))
    #expect(Array(peer.state["statistics"]!) == Array(alone.plan.state["statistics"]!))
    #expect(Array(peer.state["optimizer"]!) == Array(alone.optimizer.state))
  }

  @Test("come nearer to each other where each learns from the other, whatever their sizes")
  func mutual() throws {
    func distance(_ loss: any TrainingLoss) throws -> Double {
      let peer = try PeerCase.learning(loss, channels: 3)
      let trainer = try PeerCase.trainer(loss, peers: [peer])
      PeerCase.run(trainer, steps: 0..<40)
      // Both on the same images once more, forward alone.
      let ranges = trainer.plan.sliceRanges
      trainer.reestimateStatistics(steps: 1) { slice in
        PeerCase.fill(slice)
        peer.take(slice, slice: ranges.firstIndex(of: slice.range) ?? 0)
      }
      peer.forward(thread: 0, team: WorkerTeam(threadCount: 1), step: 0)
      var sum = 0.0
      for (slice, range) in ranges.enumerated() {
        for i in 0..<range.count * 3 {
          let difference = trainer.plan.logits(slice: slice)[i] - peer.logits(slice: slice)[i]
          sum += Double(difference * difference)
        }
      }
      return sum
    }
    let apart = try distance(PeerCase.labels)
    let together = try distance(SummedLoss([PeerCase.labels, FarFromPeers()]))
    #expect(together < 0.3 * apart, "\(together) and \(apart)")
  }

  @Test("are the same, bit for bit, with any number of threads", arguments: [2, 3, 5])
  func threads(count: Int) throws {
    func result(threads: Int) throws -> [String: [Float]] {
      let loss = SummedLoss([PeerCase.labels, FarFromPeers()])
      let trainer = try PeerCase.trainer(
        loss, peers: [try PeerCase.averaged(), try PeerCase.learning(loss, channels: 3)],
        threads: threads)
      PeerCase.run(trainer, steps: 0..<8)
      var all = trainer.peerState.mapValues { Array($0) }
      all["leader"] = PeerCase.parameters(trainer.plan)
      return all
    }
    #expect(try result(threads: count) == result(threads: 1))
  }

  @Test("continue to the same bits from what their state says")
  func resumed() throws {
    let loss = SummedLoss([PeerCase.labels, FarFromPeers()])
    func trainer() throws -> Trainer {
      try PeerCase.trainer(
        loss, peers: [try PeerCase.averaged(), try PeerCase.learning(loss)])
    }
    let (straight, first, second) = (try trainer(), try trainer(), try trainer())
    #expect(
      straight.peerState.keys.sorted() == [
        "peer1.parameters", "peer1.statistics", "peer2.optimizer", "peer2.parameters",
        "peer2.statistics",
      ])
    PeerCase.run(straight, steps: 0..<9)
    PeerCase.run(first, steps: 0..<4)
    for (name, values) in first.peerState {
      _ = second.peerState[name]!.update(fromContentsOf: values)
    }
    for (name, values) in first.plan.state {
      _ = second.plan.state[name]!.update(fromContentsOf: values)
    }
    _ = second.optimizer.state.update(fromContentsOf: first.optimizer.state)
    PeerCase.run(second, steps: 4..<9)
    #expect(PeerCase.parameters(second.plan) == PeerCase.parameters(straight.plan))
    #expect(
      second.peerState.mapValues { Array($0) } == straight.peerState.mapValues { Array($0) })
  }

  @Test("end the training where one of them diverges", arguments: [1, 3])
  func diverges(threads: Int) throws {
    let trainer = try PeerCase.trainer(
      peers: [try PeerCase.averaged(), try PeerCase.learning(BrokenLoss())], threads: threads)
    #expect(PeerCase.run(trainer, steps: 0..<4) == 0)
  }
}
